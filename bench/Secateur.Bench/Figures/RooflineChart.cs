using System.Globalization;
using System.Xml.Linq;
using Secateur.Bench.Comparison;
using Secateur.Bench.Inference;
using Secateur.Training.Charts;

namespace Secateur.Bench.Figures;

/// <summary>Every convolution step as a dot: multiply-adds for each byte against multiply-adds a second, below the machine's roofs.</summary>
internal static class RooflineChart
{
    private const int Width = 720;
    private const int Height = 420;
    private const int Left = 64;
    private const int Right = 16;
    private const int Top = 58;
    private const int Bottom = 46;
    private const double LegendStep = 240;

    public static string Draw(ComparisonResult result, IReadOnlyList<Profile> profiles)
    {
        var roofline = new Roofline(result);
        var series = profiles.Select(p => (Profile: p, Steps: p.Steps.Where(s => s.MultiplyAdds > 0).ToArray())).Where(s => s.Steps.Length > 0).ToArray();
        var steps = series.SelectMany(s => s.Steps).ToArray();
        var figure = Svg.Document(Width, Height);
        figure.Add(Svg.Text("Every convolution below the machine's roofs, one thread", Left, 22, "heading"));
        if (steps.Length == 0)
        {
            figure.Add(Svg.Text("no convolutions", Width / 2.0, Height / 2.0, "label", "middle"));
            return figure + "\n";
        }

        var x = new LogAxis(steps.Min(s => s.Intensity), steps.Max(s => s.Intensity), Left, Width - Right);
        var y = new LogAxis(steps.Min(s => s.Rate), Math.Max(roofline.Peak, steps.Max(s => s.Rate)), Height - Bottom, Top);
        DrawAxes(figure, x, y);
        DrawRoofs(figure, roofline, x, y);
        for (var i = 0; i < series.Length; i++) DrawSeries(figure, i, series[i].Profile, series[i].Steps, x, y);
        return figure + "\n";
    }

    private static void DrawAxes(XElement figure, LogAxis x, LogAxis y)
    {
        foreach (var tick in y.Ticks)
        {
            figure.Add(Svg.Line(Left, y.Place(tick), Width - Right, y.Place(tick), "grid"));
            figure.Add(Svg.Text(Format(tick), Left - 6, y.Place(tick) + 4, "label", "end"));
        }

        foreach (var tick in x.Ticks)
        {
            figure.Add(Svg.Line(x.Place(tick), Top, x.Place(tick), Height - Bottom, "grid"));
            figure.Add(Svg.Text(Format(tick), x.Place(tick), Height - Bottom + 17, "label", "middle"));
        }

        figure.Add(Svg.Line(Left, Height - Bottom, Width - Right, Height - Bottom, "axis"));
        figure.Add(Svg.Text("multiply-adds for each byte of the maps", (Left + Width - Right) / 2.0, Height - 8, "label", "middle"));
        var middle = (Top + Height - Bottom) / 2.0;
        var label = Svg.Text("G multiply-adds/s", 14, middle, "label", "middle");
        label.SetAttributeValue("transform", $"rotate(-90 14 {Svg.Number(middle)})");
        figure.Add(label);
    }

    private static void DrawRoofs(XElement figure, Roofline roofline, LogAxis x, LogAxis y)
    {
        var below = false;
        foreach (var bandwidth in roofline.Bandwidths)
        {
            // From the left edge or the lower one, up to the ridge and along the peak.
            var start = Math.Max(x.Low, y.Low / bandwidth.GigabytesPerSecond);
            var ridge = roofline.Peak / bandwidth.GigabytesPerSecond;
            if (ridge <= start || ridge >= x.High) continue;
            figure.Add(Svg.Line(x.Place(start), y.Place(roofline.Roof(start, bandwidth)), x.Place(ridge), y.Place(roofline.Peak), "axis"));
            figure.Add(Svg.Line(x.Place(ridge), y.Place(roofline.Peak), x.Place(x.High), y.Place(roofline.Peak), "axis"));
            DrawRoofLabel(figure, bandwidth.Name, x.Place(start), y.Place(roofline.Roof(start, bandwidth)), x.Place(ridge), y.Place(roofline.Peak), below);
            below = !below;
        }

        var peak = string.Create(CultureInfo.InvariantCulture, $"peak {roofline.Peak:F1} G/s");
        figure.Add(Svg.Text(peak, Width - Right, y.Place(roofline.Peak) - 5, "label", "end"));
    }

    // Roofs of two caches lie close to each other: their names go to either side.
    private static void DrawRoofLabel(XElement figure, string name, double x1, double y1, double x2, double y2, bool below)
    {
        var (at, height) = (x1 + ((x2 - x1) * 0.3), y1 + ((y2 - y1) * 0.3) + (below ? 15 : -5));
        var label = Svg.Text(name, at, height, "label");
        var degrees = Math.Atan2(y2 - y1, x2 - x1) * 180 / Math.PI;
        label.SetAttributeValue("transform", $"rotate({Svg.Number(degrees)} {Svg.Number(at)} {Svg.Number(height)})");
        figure.Add(label);
    }

    private static void DrawSeries(XElement figure, int index, Profile profile, StepTime[] steps, LogAxis x, LogAxis y)
    {
        var left = Left + (index * LegendStep);
        figure.Add(Svg.Dot(left + 5, 40, Svg.Color(index)));
        figure.Add(Svg.Text(ProfileText.NameOf(profile), left + 14, 44, "label"));
        foreach (var step in steps)
        {
            var dot = Svg.Dot(x.Place(step.Intensity), y.Place(step.Rate), Svg.Color(index));
            dot.Add(Svg.Title(string.Create(CultureInfo.InvariantCulture, $"{step.Name}: {step.Ms:F3} ms, {step.Rate:F1} G/s")));
            figure.Add(dot);
        }
    }

    private static string Format(double tick) => tick.ToString("0.####", CultureInfo.InvariantCulture);
}
