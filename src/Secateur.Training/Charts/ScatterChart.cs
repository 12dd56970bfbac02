using System.Collections.Immutable;
using System.Globalization;

namespace Secateur.Training.Charts;

/// <summary>Points of one kind; each may have a name beside it.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Points">The points, with what is written beside each.</param>
/// <param name="Joined">Whether a line joins them in their order.</param>
internal sealed record ScatterSeries(string Name, ImmutableArray<(ChartPoint Point, string Label)> Points, bool Joined = false);

/// <summary>Named points over a logarithmic horizontal axis, as SVG.</summary>
internal sealed record ScatterChart
{
    private const int Left = 64;
    private const int Right = 24;
    private const int Top = 74;
    private const int Bottom = 46;
    private const int Ticks = 6;
    private const int LegendGap = 30;
    private const double LegendRow = 15;
    private const double CharacterWidth = 6.8;
    private const double LabelHeight = 12;
    private const double Away = 6;

    /// <summary>The heading.</summary>
    public required string Title { get; init; }

    /// <summary>What the horizontal axis shows.</summary>
    public required string XLabel { get; init; }

    /// <summary>What the vertical axis shows.</summary>
    public required string YLabel { get; init; }

    /// <summary>The points, in the order of the legend.</summary>
    public required ImmutableArray<ScatterSeries> Series { get; init; }

    /// <summary>Pixels from left to right.</summary>
    public int Width { get; init; } = 960;

    /// <summary>Pixels from top to bottom.</summary>
    public int Height { get; init; } = 560;

    /// <summary>The chart as one SVG document; points that are not finite, or not above 0 from left to right, are left out.</summary>
    public string ToSvg()
    {
        var figure = Svg.Document(Width, Height);
        figure.Add(Svg.Text(Title, Left, 22, "heading"));
        var shown = Series.Select(s => s with { Points = [.. s.Points.Where(p => p.Point.X > 0 && double.IsFinite(p.Point.X) && double.IsFinite(p.Point.Y))] }).ToArray();
        var points = shown.SelectMany(s => s.Points).Select(p => p.Point).ToList();
        if (points.Count == 0)
        {
            figure.Add(Svg.Text("no data yet", Width / 2.0, Height / 2.0, "label", "middle"));
            return figure + "\n";
        }

        var x = new LogAxis(points.Min(p => p.X), points.Max(p => p.X), Left + 12, Width - Right);
        var y = new ChartAxis(points.Min(p => p.Y), points.Max(p => p.Y), Ticks, Height - Bottom, Top);
        new ChartFrame(Left, Top, Width - Right, Height - Bottom).Draw(figure, XLabel, x.Ticks.Select(t => (x.Place(t), LogAxis.Format(t))), YLabel, y);
        var taken = points.Select(p => new Box(x.Place(p.X) - 3, y.Place(p.Y) - 3, x.Place(p.X) + 3, y.Place(p.Y) + 3)).ToList();
        var (legend, row) = ((double)Left, 40.0);
        for (var i = 0; i < shown.Length; i++)
        {
            var color = Svg.Color(i);
            var width = LegendGap + (shown[i].Name.Length * CharacterWidth);
            if (legend > Left && legend + width > Width) (legend, row) = (Left, row + LegendRow);
            figure.Add(Svg.Dot(legend + 5, row, color));
            figure.Add(Svg.Text(shown[i].Name, legend + 13, row + 4, "label"));
            legend += width;
            if (shown[i].Joined) figure.Add(Svg.Polyline(string.Join(' ', shown[i].Points.Select(p => $"{Svg.Number(x.Place(p.Point.X))},{Svg.Number(y.Place(p.Point.Y))}")), color, "none"));
            foreach (var (point, text) in shown[i].Points)
            {
                var (px, py) = (x.Place(point.X), y.Place(point.Y));
                var dot = Svg.Dot(px, py, color);
                dot.Add(Svg.Title(string.Create(CultureInfo.InvariantCulture, $"{text}: {point.X:N0}, {point.Y:F4}")));
                figure.Add(dot);
                if (text.Length == 0 || Place(text, px, py, taken) is not { } at) continue;
                var isLeft = at.Right < px;
                figure.Add(Svg.Text(text, isLeft ? at.Right : at.Left, at.Bottom - 2, "label", isLeft ? "end" : "start"));
            }
        }

        return figure + "\n";
    }

    /// <summary>A place for a label where nothing is yet; null where there is none, and the title that a viewer shows must do.</summary>
    private Box? Place(string text, double x, double y, List<Box> taken)
    {
        var width = text.Length * CharacterWidth;
        foreach (var (dx, dy) in new[] { (Away, LabelHeight / 2), (-Away - width, LabelHeight / 2), (-width / 2, -Away), (-width / 2, Away + LabelHeight), (Away, -Away), (Away, Away + LabelHeight), (-Away - width, -Away), (-Away - width, Away + LabelHeight) })
        {
            var box = new Box(x + dx, y + dy - LabelHeight, x + dx + width, y + dy);
            if (box.Left < Left || box.Right > Width || box.Top < Top - LabelHeight || box.Bottom > Height - Bottom || taken.Exists(box.Meets)) continue;
            taken.Add(box);
            return box;
        }

        return null;
    }

    private readonly record struct Box(double Left, double Top, double Right, double Bottom)
    {
        public bool Meets(Box other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
    }

    /// <summary>Maps values to pixels by their logarithm; ticks are 1, 2 or 5 times a power of ten.</summary>
    private sealed class LogAxis
    {
        private static readonly int[] Steps = [1, 2, 5];

        private readonly double _low;
        private readonly double _high;
        private readonly double _from;
        private readonly double _to;

        public LogAxis(double low, double high, double from, double to)
        {
            const double room = 1.15;
            (_low, _high, _from, _to) = (Math.Log10(low / room), Math.Log10(high * room), from, to);
            Ticks =
            [
                .. Enumerable.Range((int)Math.Floor(_low), (int)Math.Ceiling(_high) - (int)Math.Floor(_low) + 1)
                    .SelectMany(power => Steps.Select(factor => factor * Math.Pow(10, power)))
                    .Where(tick => Math.Log10(tick) >= _low && Math.Log10(tick) <= _high),
            ];
        }

        public ImmutableArray<double> Ticks { get; }

        public double Place(double value) => _from + ((Math.Log10(value) - _low) / (_high - _low) * (_to - _from));

        public static string Format(double tick) => tick switch
        {
            >= 1e6 => (tick / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + " M",
            >= 1e3 => (tick / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + " k",
            _ => tick.ToString("0.####", CultureInfo.InvariantCulture),
        };
    }
}
