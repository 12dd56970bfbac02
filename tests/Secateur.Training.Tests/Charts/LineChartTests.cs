using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Secateur.Training.Charts;
using Xunit;

namespace Secateur.Training.Tests.Charts;

public class LineChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Points_lie_where_the_ticks_say()
    {
        var chart = Parse(new LineChart { Title = "t", Series = [Line("a", (0, 0), (10, 1), (20, 4))] });
        var labels = chart.Descendants(Svg + "text").ToList();
        var line = chart.Descendants(Svg + "polyline").First();
        var points = ((string)line.Attribute("points")!).Split(' ').Select(p => p.Split(',').Select(Parse).ToArray()).ToList();
        Assert.Equal(3, points.Count);

        double TickX(string text) => labels.Where(l => l.Value == text && (string?)l.Attribute("text-anchor") == "middle").Select(l => Parse((string)l.Attribute("x")!)).Single();
        double TickY(string text) => labels.Where(l => l.Value == text && (string?)l.Attribute("text-anchor") == "end").Select(l => Parse((string)l.Attribute("y")!) - 4).Single();
        Assert.Equal(TickX("10"), points[1][0], 0.02);
        Assert.Equal(TickX("20"), points[2][0], 0.02);
        Assert.Equal(TickY("0"), points[0][1], 0.02);
        Assert.Equal(TickY("4"), points[2][1], 0.02);
        Assert.True(points[2][1] < points[1][1] && points[1][1] < points[0][1], "a larger value must lie higher");
    }

    [Fact]
    public void What_is_not_finite_leaves_a_gap()
    {
        var series = Line("a", (0, 0), (1, 1), (2, double.NaN), (3, 3), (4, 4), (5, double.PositiveInfinity), (6, 6));
        var chart = Parse(new LineChart { Title = "t", Series = [series] });
        Assert.Equal(3, chart.Descendants(Svg + "polyline").Count());
        Assert.Equal(5, chart.Descendants(Svg + "circle").Count());
    }

    [Theory]
    [InlineData("<script>&\"'")]
    [InlineData("control \u0001 and lone \ud800 surrogate, \U0001f600")]
    public void Any_text_gives_well_formed_xml(string text)
    {
        var chart = Parse(new LineChart { Title = text, XLabel = text, YLabel = text, Series = [Line(text, (0, 1), (1, 2))] });
        Assert.Empty(chart.Descendants(Svg + "script"));
        Assert.Equal(4, chart.Descendants(Svg + "text").Count(t => t.Value.Contains(text[..7], StringComparison.Ordinal)));
    }

    [Fact]
    public void Nothing_and_one_point_can_be_drawn()
    {
        Assert.Contains(Parse(new LineChart { Title = "t" }).Descendants(Svg + "text"), t => t.Value == "no data yet");
        Assert.Single(Parse(new LineChart { Title = "t", Series = [Line("a", (3, 0.25))] }).Descendants(Svg + "circle"));
    }

    [Fact]
    public void Charts_are_stacked_below_one_another()
    {
        var one = new LineChart { Title = "one", Series = [Line("a", (0, 1), (1, 2))], Height = 200 };
        var both = XDocument.Parse(LineChart.Stack([one, one with { Title = "two", Height = 150 }])).Root!;
        Assert.Equal("350", (string?)both.Attribute("height"));
        Assert.Equal(["translate(0 0)", "translate(0 200)"], both.Elements(Svg + "g").Select(g => (string?)g.Attribute("transform")));
    }

    [Fact]
    public void Counting_axes_have_whole_ticks_and_may_be_longer_than_the_line()
    {
        var chart = Parse(new LineChart { Title = "t", WholeX = true, XRange = (1, 5), Series = [Line("a", (3, 0), (4, 1))] });
        Assert.Equal(["1", "2", "3", "4", "5"], chart.Descendants(Svg + "text").Where(t => (string?)t.Attribute("text-anchor") == "middle").Select(t => t.Value).Take(5));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.001, 0.00101)]
    [InlineData(-3e9, 2e12)]
    [InlineData(5, 5)]
    [InlineData(0, 0)]
    [InlineData(1e-9, 3e-9)]
    public void Ticks_are_few_distinct_and_cover_the_values(double low, double high)
    {
        var axis = new ChartAxis(low, high, 6, 0, 100);
        Assert.InRange(axis.Ticks.Length, 3, 9);
        Assert.Equal(axis.Ticks.Length, axis.Ticks.Select(axis.Format).Distinct().Count());
        Assert.InRange(axis.Place(low), -1e-6, 100 + 1e-6);
        Assert.InRange(axis.Place(high), -1e-6, 100 + 1e-6);
    }

    private static ChartSeries Line(string name, params ImmutableArray<(double X, double Y)> points) =>
        new(name, [.. points.Select(p => new ChartPoint(p.X, p.Y))]);

    private static XElement Parse(LineChart chart) => XDocument.Parse(chart.ToSvg()).Root!;

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
