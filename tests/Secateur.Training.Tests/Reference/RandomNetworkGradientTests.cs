using Secateur.Graph;
using Secateur.Pruning.Compaction;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Reference;

/// <summary>Whole networks of every operation, as they are, pruned, and compacted (which have operands that lack channels, and border patterns).</summary>
public class RandomNetworkGradientTests
{
    private const double Tolerance = 1e-6;

    [Fact]
    public void Dense_networks() => CheckAll(RandomNetworks.CreateDense, seeds: 40, atLeast: 1500);

    [Fact]
    public void Pruned_networks() => CheckAll(RandomNetworks.Create, seeds: 30, atLeast: 300);

    [Fact]
    public void Compacted_networks() => CheckAll(seed => Compactor.Compact(RandomNetworks.Create(seed)), seeds: 40, atLeast: 300);

    [Fact]
    public void Imported_networks() => CheckAll(RandomNetworks.CreateDenseImported, seeds: 40, atLeast: 1500);

    [Fact]
    public void Compacted_imported_networks() => CheckAll(seed => Compactor.Compact(RandomNetworks.CreateImported(seed)), seeds: 40, atLeast: 300);

    private static void CheckAll(Func<int, Model> create, int seeds, int atLeast)
    {
        var count = 0;
        for (var seed = 0; seed < seeds; seed++)
        {
            var model = create(seed);
            foreach (var (height, width) in new[] { (7, 5), (6, 9) })
            {
                try
                {
                    count += new GradientCheck(model, 2, height, width, seed).Check(3, Tolerance, $"seed {seed} at {height} x {width}");
                }
                catch (NetworkException)
                {
                    // Too small for this network.
                }
            }
        }

        Assert.True(count > atLeast, $"only {count} elements were checked");
    }
}
