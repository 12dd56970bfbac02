using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;

namespace Secateur.Training.Charts;

/// <summary>A point of a line; one that is not finite leaves a gap.</summary>
public readonly record struct ChartPoint(double X, double Y);

/// <summary>A line with its name in the legend; a line of one point is drawn as a dot.</summary>
public sealed record ChartSeries(string Name, ImmutableArray<ChartPoint> Points)
{
    /// <summary>The points are dots without a line between them.</summary>
    public bool IsScatter { get; init; }
}

/// <summary>
/// A line chart as SVG: axes with round ticks, a legend, colours and dashes that can be told apart, on light and on dark pages (it follows the
/// reader's preference).
/// </summary>
public sealed record LineChart
{
    private const int Left = 64;
    private const int Right = 16;
    private const int Top = 58;
    private const int Bottom = 46;
    private const int Ticks = 6;
    private const int MostMarkers = 40;
    private const int LegendGap = 34;
    private const double CharacterWidth = 6.6;

    private static readonly string[] Dashes = ["none", "none", "none", "6 3", "2 3", "8 3 2 3"];

    /// <summary>The heading.</summary>
    public required string Title { get; init; }

    /// <summary>What the horizontal axis shows.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>What the vertical axis shows.</summary>
    public string YLabel { get; init; } = "";

    /// <summary>The lines, in the order of the legend.</summary>
    public ImmutableArray<ChartSeries> Series { get; init; } = [];

    /// <summary>The least range that the horizontal axis shows, so that charts below one another can share it; null to fit the points.</summary>
    public (double Low, double High)? XRange { get; init; }

    /// <summary>The least range that the vertical axis shows; null to fit the points.</summary>
    public (double Low, double High)? YRange { get; init; }

    /// <summary>The horizontal axis counts: ticks are whole numbers.</summary>
    public bool WholeX { get; init; }

    /// <summary>Pixels from left to right.</summary>
    public int Width { get; init; } = 720;

    /// <summary>Pixels from top to bottom.</summary>
    public int Height { get; init; } = 320;

    /// <summary>The chart as one SVG document.</summary>
    public string ToSvg() => Stack([this]);

    /// <summary>Several charts below one another as one SVG document.</summary>
    public static string Stack(IReadOnlyList<LineChart> charts)
    {
        var figure = Svg.Document(charts.Max(c => c.Width), charts.Sum(c => c.Height));
        var top = 0;
        foreach (var chart in charts)
        {
            figure.Add(chart.Draw(top));
            top += chart.Height;
        }

        return figure + "\n";
    }

    private XElement Draw(int top)
    {
        var points = Series.SelectMany(s => s.Points).Where(IsFinite).ToList();
        var group = Svg.Element("g", ("transform", $"translate(0 {top})"));
        group.Add(Svg.Text(Title, Left, 22, "heading"));
        if (points.Count == 0)
        {
            group.Add(Svg.Text("no data yet", Width / 2.0, Height / 2.0, "label", "middle"));
            return group;
        }

        var (low, high) = (points.Min(p => p.X), points.Max(p => p.X));
        if (XRange is { } range) (low, high) = (Math.Min(low, range.Low), Math.Max(high, range.High));
        var (floor, ceiling) = (points.Min(p => p.Y), points.Max(p => p.Y));
        if (YRange is { } heights) (floor, ceiling) = (Math.Min(floor, heights.Low), Math.Max(ceiling, heights.High));
        var x = new ChartAxis(low, high, Ticks + 2, Left, Width - Right, leastStep: WholeX ? 1 : 0);
        var y = new ChartAxis(floor, ceiling, Ticks, Height - Bottom, Top);
        new ChartFrame(Left, Top, Width - Right, Height - Bottom).Draw(group, XLabel, x.Ticks.Select(t => (x.Place(t), x.Format(t))), YLabel, y);
        for (var i = 0; i < Series.Length; i++) DrawSeries(group, Series[i], i, x, y);
        DrawLegend(group);
        return group;
    }

    private static void DrawSeries(XElement group, ChartSeries series, int index, ChartAxis x, ChartAxis y)
    {
        var color = Svg.Color(index);
        var run = new List<string>();
        foreach (var point in series.Points.Append(new ChartPoint(double.NaN, double.NaN)))
        {
            if (IsFinite(point))
            {
                run.Add($"{Svg.Number(x.Place(point.X))},{Svg.Number(y.Place(point.Y))}");
                continue;
            }

            if (run.Count > 1 && !series.IsScatter) group.Add(Svg.Polyline(string.Join(' ', run), color, Dashes[index % Dashes.Length]));
            run.Clear();
        }

        var finite = series.Points.Where(IsFinite).ToList();
        if (finite.Count > MostMarkers && !series.IsScatter) return;
        foreach (var point in finite) group.Add(Svg.Dot(x.Place(point.X), y.Place(point.Y), color));
    }

    private void DrawLegend(XElement group)
    {
        var left = (double)Left;
        for (var i = 0; i < Series.Length; i++)
        {
            var color = Svg.Color(i);
            group.Add(Svg.Polyline(string.Create(CultureInfo.InvariantCulture, $"{left},40 {left + 22},40"), color, Dashes[i % Dashes.Length]));
            group.Add(Svg.Text(Series[i].Name, left + 27, 44, "label"));
            left += LegendGap + 14 + (Series[i].Name.Length * CharacterWidth);
        }
    }

    private static bool IsFinite(ChartPoint point) => double.IsFinite(point.X) && double.IsFinite(point.Y);
}
