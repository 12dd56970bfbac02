using System.Globalization;
using System.Xml.Linq;
using Secateur.Training.Charts;
using Xunit;

namespace Secateur.Training.Tests.Charts;

public sealed class ScatterChartTests
{
    [Fact]
    public void Points_lie_by_their_logarithm_and_say_what_they_are()
    {
        var svg = XElement.Parse(Chart(new ScatterSeries("a", [(new ChartPoint(1e4, 0.5), "small & fast"), (new ChartPoint(1e5, 0.7), "middle"), (new ChartPoint(1e6, 0.9), "large")], Joined: true)));
        double[] at = [.. Dots(svg).Skip(1).Select(d => double.Parse(d.Attribute("cx")!.Value, CultureInfo.InvariantCulture))];
        Assert.Equal(at[1] - at[0], at[2] - at[1], 1);
        Assert.True(at[1] > at[0]);
        Assert.Contains("10 k", svg.Value, StringComparison.Ordinal);
        Assert.Contains("1 M", svg.Value, StringComparison.Ordinal);
        Assert.Contains("small & fast: 10,000, 0.5000", svg.Value, StringComparison.Ordinal);
        Assert.Single(svg.Elements(), e => e.Name.LocalName == "polyline");
    }

    [Fact]
    public void Points_that_have_no_place_are_left_out_and_so_are_labels()
    {
        var crowd = Enumerable.Range(0, 30).Select(i => (new ChartPoint(1e5 * (1 + (i * 1e-6)), 0.5), $"detector {i}"));
        var svg = XElement.Parse(Chart(new ScatterSeries("a", [.. crowd, (new ChartPoint(0, 0.5), "none"), (new ChartPoint(1e5, double.NaN), "none")])));
        Assert.Equal(31, Dots(svg).Count());
        var labels = svg.Elements().Where(e => e.Name.LocalName == "text" && e.Value.StartsWith("detector", StringComparison.Ordinal)).ToArray();
        Assert.InRange(labels.Length, 1, 10);
        Assert.Equal(labels.Length, labels.DistinctBy(l => (l.Attribute("y")!.Value, l.Attribute("text-anchor")!.Value)).Count());
    }

    [Fact]
    public void Without_points_it_says_so() => Assert.Contains("no data yet", Chart(new ScatterSeries("a", [])), StringComparison.Ordinal);

    private static string Chart(ScatterSeries series) => new ScatterChart { Title = "t", XLabel = "x", YLabel = "y", Series = [series] }.ToSvg();

    private static IEnumerable<XElement> Dots(XElement svg) => svg.Descendants().Where(e => e.Name.LocalName == "circle");
}
