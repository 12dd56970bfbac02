using Secateur.Execution;
using Xunit;

namespace Secateur.Tests.Execution;

public class MemoryPlannerTests
{
    [Fact]
    public void Buffers_that_live_at_the_same_time_do_not_overlap()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var lives = Enumerable.Range(0, random.Next(1, 20)).Select(_ =>
            {
                var first = random.Next(12);
                return new BufferLife(random.Next(1, 100), first, first + random.Next(6));
            }).ToArray();
            var (offsets, size) = MemoryPlanner.Place(lives);
            for (var i = 0; i < lives.Length; i++)
            {
                Assert.InRange(offsets[i], 0, size - lives[i].Floats);
                for (var j = 0; j < i; j++)
                {
                    var together = lives[i].First <= lives[j].Last && lives[j].First <= lives[i].Last;
                    var apart = offsets[i] + lives[i].Floats <= offsets[j] || offsets[j] + lives[j].Floats <= offsets[i];
                    Assert.True(!together || apart, $"seed {seed}: buffers {i} and {j} overlap");
                }
            }
        }
    }

    [Fact]
    public void Memory_is_used_again()
    {
        var (_, size) = MemoryPlanner.Place([new(100, 0, 1), new(100, 1, 2), new(100, 2, 3), new(100, 3, 4)]);
        Assert.Equal(200, size);
    }
}
