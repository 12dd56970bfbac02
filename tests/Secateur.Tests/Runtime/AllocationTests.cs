using Secateur.Models;
using Secateur.Runtime;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Runtime;

/// <summary>Counts allocations of the whole process, so no other test may run beside it.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public class AllocationTests
{
    [Theory]
    [InlineData("eresfd", 1)]
    [InlineData("eresfd", 2)]
    [InlineData("extd32", 1)]
    public void Nothing_is_allocated_after_the_first_run(string architecture, int threads)
    {
        using var session = new InferenceEngine(RandomWeights.Fill(Architectures.Create(architecture), 1)).CreateSession(threads);
        var input = new float[3 * 64 * 80];
        session.Run(input, 64, 80);

        // The test runner allocates now and then on threads of its own: one quiet round is proof enough.
        var quietest = long.MaxValue;
        for (var round = 0; round < 200 && quietest > 0; round++)
        {
            var own = GC.GetAllocatedBytesForCurrentThread();
            var all = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < 2; i++) session.Run(input, 64, 80);
            quietest = Math.Min(quietest, GC.GetTotalAllocatedBytes(precise: true) - all);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - own);
        }

        Assert.Equal(0, quietest);
    }
}
