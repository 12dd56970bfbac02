using Secateur.Graph;
using Secateur.Reference;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Tests.Pruning.Compaction;
using Secateur.Tests.Runtime;
using Xunit;

namespace Secateur.Tests.Kernels;

public class UpsampleTests
{
    [Theory]
    [InlineData(UpsampleMode.Nearest)]
    [InlineData(UpsampleMode.Bilinear)]
    public void Planes_are_enlarged_as_the_definition_says(UpsampleMode mode)
    {
        for (var height = 1; height <= 9; height++)
        {
            foreach (var width in new[] { 1, 2, 3, 7, 8, 9, 16, 17, 33, 65 })
            {
                // The input is halved, then enlarged again: odd sizes by other factors than two.
                var g = new NetworkBuilder("one");
                var x = g.Input(2);
                var half = g.Conv2d(x, "half", 3, kernel: 3, stride: 2, padding: 1);
                g.Output("y", g.Upsample(half, x, mode));
                var model = RandomWeights.Fill(g.Build(), width);
                var image = Equality.Image(2, height, width, height);
                var actual = PlanRun.Run(new InferenceEngine(model).Lowered, image, parts: 2);
                PlanRun.AssertEqual(ReferenceExecutor.Run(model, image), model.Network, actual, $"{mode}, {height} x {width}");
            }
        }
    }

    [Theory]
    [InlineData(UpsampleMode.Nearest)]
    [InlineData(UpsampleMode.Bilinear)]
    public void Rows_of_any_length_are_doubled(UpsampleMode mode)
    {
        // Wider than what is mixed at a time.
        foreach (var width in new[] { 2040, 2044, 2046, 4088, 4100 })
        {
            var g = new NetworkBuilder("double");
            var x = g.Input(1);
            g.Output("y", g.Upsample(g.Conv2d(x, "half", 1, kernel: 2, stride: 2), x, mode));
            var model = RandomWeights.Fill(g.Build(), width);
            var image = Equality.Image(1, 2, width, width);
            var actual = PlanRun.Run(new InferenceEngine(model).Lowered, image, parts: 1);
            PlanRun.AssertEqual(ReferenceExecutor.Run(model, image), model.Network, actual, $"{mode}, {width}");
        }
    }

    [Fact]
    public void Nearest_repeats_the_source_pixel()
    {
        var result = NearestReference.Run(Row(1, 2, 3), 1, 7);
        Assert.Equal([1, 1, 1, 2, 2, 3, 3], result.Data);
    }

    [Fact]
    public void Bilinear_weighs_by_the_distance_of_pixel_centres()
    {
        var result = BilinearReference.Run(Row(1, 3), 1, 4);
        Assert.Equal([1, 1.5, 2.5, 3], result.Data);
    }

    private static Volume Row(params double[] values)
    {
        var row = new Volume(1, 1, values.Length);
        values.CopyTo(row.Data, 0);
        return row;
    }
}
