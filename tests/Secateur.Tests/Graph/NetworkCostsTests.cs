using Secateur.Graph;
using Secateur.Models;
using Xunit;

namespace Secateur.Tests.Graph;

public class NetworkCostsTests
{
    [Theory]
    [InlineData(64, 162_352, 10_058_771_200)]
    [InlineData(0, 92_208, 295_065_600)]
    public void Parameters_and_multiply_adds_at_480_x_640_are_those_published(int channels, int parameters, long macs)
    {
        var network = channels == 0 ? EResFd.Create() : Extd.Create(channels);
        Assert.Equal(parameters, NetworkCosts.CountParameters(network));
        Assert.Equal(macs, NetworkCosts.CountMacs(network, 480, 640));
    }

    [Fact]
    public void What_does_not_depend_on_the_image_costs_nothing()
    {
        var g = new NetworkBuilder("test");
        var image = g.Input(3);
        var x = g.Conv2d(image, "a", 4, 3, padding: 1);
        var border = g.Conv2d(g.Ones(image), "border", 4, 3, padding: 1);
        g.Output("y", g.Add(x, border, "add"));
        var network = g.Build();
        Assert.Equal(3 * 4 * 9 * 35, NetworkCosts.CountMacs(network, 5, 7));
        Assert.Equal((3 * 4 * 9) + (4 * 9), NetworkCosts.CountParameters(network));
    }
}
