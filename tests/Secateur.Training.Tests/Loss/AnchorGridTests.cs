using Secateur.Graph;
using Secateur.TestSupport;
using Secateur.Training.Initialization;
using Secateur.Training.Loss;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Loss;

public class AnchorGridTests
{
    [Fact]
    public void Levels_follow_one_another_finest_first_row_by_row()
    {
        var grid = Batches.Grid(160, 224);

        Assert.Equal((40 * 56) + (20 * 28) + (10 * 14) + (5 * 7) + (3 * 4) + (2 * 2), grid.Count);
        Assert.Equal(new Anchor(2f / 224, 2f / 160, 16f / 224, 16f / 160), grid[0]);
        Assert.Equal(new Anchor(6f / 224, 2f / 160, 16f / 224, 16f / 160), grid[1]);
        Assert.Equal(new Anchor(2f / 224, 6f / 160, 16f / 224, 16f / 160), grid[56]);
        Assert.Equal(new Anchor(4f / 224, 4f / 160, 32f / 224, 32f / 160), grid[40 * 56]);
        Assert.Equal(new Anchor(192f / 224, 192f / 160, 512f / 224, 512f / 160), grid[grid.Count - 1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => grid[grid.Count]);
        Assert.Throws<ArgumentOutOfRangeException>(() => grid[-1]);
    }

    [Fact]
    public void The_models_aspect_makes_anchors_higher()
    {
        Assert.Equal(new Anchor(2f / 64, 2f / 64, 16f / 64, 20f / 64), Batches.Grid(64, 64, aspect: 1.25)[0]);
    }

    [Fact]
    public void Without_levels_or_with_too_small_an_input_there_are_no_anchors()
    {
        var g = new NetworkBuilder("plain");
        g.Output("out", g.Conv2d(g.Input(3), "base.0", 4, 7));
        var plain = Initializer.Create(g.Build(), seed: 1);

        Assert.Contains("no detection levels", Assert.Throws<ArgumentException>(() => new AnchorGrid(plain.Network, 64, 64)).Message, StringComparison.Ordinal);
        Assert.Throws<NetworkException>(() => new AnchorGrid(BrightSpotDetector.Create().Network, 3, 64));
    }

    [SharedDataTheory]
    [InlineData("eres_160x224", 160, 224, 1)]
    [InlineData("extd64_161x235", 161, 235, 1)]
    [InlineData("eres_official_160x224", 160, 224, 1.25)]
    [InlineData("eres_official_161x235", 161, 235, 1.25)]
    public void Anchors_are_those_of_the_reference_to_the_bit(string file, int height, int width, double aspect)
    {
        var expected = Safetensors.Read(SharedData.PathOf("parity", "forward", file + ".safetensors")).Tensors["priors"];
        var grid = Batches.Grid(height, width, aspect);

        Assert.Equal(expected.Data, Enumerable.Range(0, grid.Count).Select(a => grid[a]).SelectMany(a => new[] { a.CentreX, a.CentreY, a.Width, a.Height }));
    }
}
