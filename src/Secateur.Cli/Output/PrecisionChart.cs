using System.Text;
using Secateur.Training.Charts;

namespace Secateur.Cli.Output;

/// <summary>Precision over recall.</summary>
internal static class PrecisionChart
{
    private const int Height = 480;

    /// <summary>Writes the chart as SVG.</summary>
    public static void Write(string path, string title, IEnumerable<ChartSeries> series)
    {
        var chart = new LineChart { Title = title, XLabel = "recall", YLabel = "precision", XRange = (0, 1), YRange = (0, 1), Height = Height, Series = [.. series] };
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(chart.ToSvg())));
    }
}
