using System.Xml.Linq;

namespace Secateur.Training.Charts;

/// <summary>The frame of a chart in pixels: where its axes, ticks and labels stand.</summary>
internal readonly record struct ChartFrame(int Left, int Top, int Right, int Bottom)
{
    private const int BelowLabel = 38;

    /// <summary>Draws grid, axes, ticks and labels into a chart.</summary>
    public void Draw(XElement chart, string xLabel, IEnumerable<(double Place, string Text)> xTicks, string yLabel, ChartAxis y)
    {
        foreach (var tick in y.Ticks)
        {
            chart.Add(Svg.Line(Left, y.Place(tick), Right, y.Place(tick), "grid"));
            chart.Add(Svg.Text(y.Format(tick), Left - 6, y.Place(tick) + 4, "label", "end"));
        }

        foreach (var (place, text) in xTicks)
        {
            chart.Add(Svg.Line(place, Bottom, place, Bottom + 4, "axis"));
            chart.Add(Svg.Text(text, place, Bottom + 17, "label", "middle"));
        }

        chart.Add(Svg.Line(Left, Bottom, Right, Bottom, "axis"));
        chart.Add(Svg.Text(xLabel, (Left + Right) / 2.0, Bottom + BelowLabel, "label", "middle"));
        var middle = (Top + Bottom) / 2.0;
        var label = Svg.Text(yLabel, 14, middle, "label", "middle");
        label.SetAttributeValue("transform", $"rotate(-90 14 {Svg.Number(middle)})");
        chart.Add(label);
    }
}
