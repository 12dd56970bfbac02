using Secateur.Graph;
using Secateur.Models;
using Xunit;

namespace Secateur.Tests.Graph;

public class NetworkShapesTests
{
    [Fact]
    public void Every_node_has_a_shape_at_any_size()
    {
        var shapes = NetworkShapes.Infer(new Draft().Build(), 5, 9);
        Assert.Equal([3, 4, 4, 4, 4, 4, 8, 2, 4, 4, 1, 4, 4, 4, 4, 4], shapes.Select(s => s.Channels));
        Assert.All(shapes.Where((_, v) => v is not (13 or 15)), s => Assert.Equal((5, 9), (s.Height, s.Width)));
        Assert.Equal([new MapShape(4, 1, 1), new MapShape(4, 3, 5)], [shapes[13], shapes[15]]);
    }

    [Theory]
    [InlineData("eresfd")]
    [InlineData("extd32")]
    public void Detection_levels_halve_and_round_up(string architecture)
    {
        var network = Architectures.Create(architecture);
        var shapes = NetworkShapes.Infer(network, 133, 97);
        foreach (var level in network.Head.Levels)
            Assert.Equal(new MapShape(4, (133 + level.Stride - 1) / level.Stride, (97 + level.Stride - 1) / level.Stride), shapes[level.Loc]);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(5, 0)]
    [InlineData(-1, 5)]
    public void An_input_has_pixels(int height, int width) =>
        Assert.Contains("no pixels", Assert.Throws<NetworkException>(() => NetworkShapes.Infer(new Draft().Build(), height, width)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_input_that_is_too_small_is_named_with_the_layer()
    {
        var g = new NetworkBuilder("small");
        var x = g.Conv2d(g.Input(1), "first", 1, kernel: 3);
        g.Output("y", g.Conv2d(x, "second", 1, kernel: 3));
        var network = g.Build();
        Assert.Equal(1, NetworkShapes.Infer(network, 5, 5)[^1].Area);
        var error = Assert.Throws<NetworkException>(() => NetworkShapes.Infer(network, 4, 9));
        Assert.Contains("4 x 9 pixels is too small: 'second' gets [1, 2, 7]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Maps_of_unequal_size_do_not_meet()
    {
        var g = new NetworkBuilder("sizes");
        var x = g.Input(2);
        var half = g.Conv2d(x, "half", 2, kernel: 3, stride: 2, padding: 1);
        g.Output("sum", g.Add(x, half, "add"));
        AssertMeet(g.Build(), "'add' joins [2, 5, 5] and [2, 3, 3]");

        g = new NetworkBuilder("sizes");
        x = g.Input(2);
        half = g.Conv2d(x, "half", 2, kernel: 3, stride: 2, padding: 1);
        g.Output("both", g.Concat("concat", x, half));
        AssertMeet(g.Build(), "'concat' joins [2, 5, 5] and [2, 3, 3]");

        g = new NetworkBuilder("sizes");
        x = g.Input(2);
        half = g.Conv2d(x, "half", 2, kernel: 3, stride: 2, padding: 1);
        g.Output("product", g.Multiply(x, half, "times"));
        AssertMeet(g.Build(), "'times' joins [2, 5, 5] and [2, 3, 3]");

        g = new NetworkBuilder("sizes");
        x = g.Input(2);
        g.Output("loc", g.Conv2d(x, "loc", 4, kernel: 3, stride: 2, padding: 1));
        g.Level(4, [16], 1, x);
        AssertMeet(g.Build(), "the level of stride 4 has boxes [4, 3, 3] and scores [2, 5, 5]");

        static void AssertMeet(Network network, string problem) =>
            Assert.Contains(problem, Assert.Throws<NetworkException>(() => NetworkShapes.Infer(network, 5, 5)).Message, StringComparison.Ordinal);
    }
}
