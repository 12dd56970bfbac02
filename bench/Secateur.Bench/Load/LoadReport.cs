using System.Globalization;
using Secateur.Bench.Statistics;

namespace Secateur.Bench.Load;

/// <summary>What came of a load, as Markdown.</summary>
internal static class LoadReport
{
    private const int MemoryRows = 12;
    private static readonly double[] Shares = [0.5, 0.95, 0.99];

    public static IEnumerable<string> Lines(LoadResult result)
    {
        var (rounds, log) = (result.Rounds, result.Log);
        var rates = Spread.OfRatios([.. rounds.Select(r => r.Served.PerSecond)], [.. rounds.Select(r => r.Alone.PerSecond)]);
        var costs = Spread.OfRatios([.. rounds.Select(r => r.Alone.ProcessorMilliseconds)], [.. rounds.Select(r => r.Served.ProcessorMilliseconds)]);
        foreach (var line in MarkdownTable.Lines(
            0,
            ["round", "alone, pictures/s", "served, pictures/s", "served of alone", "alone, processor ms", "served, processor ms", "clients, processor ms"],
            [.. rounds.Select((r, i) => (string[])
            [
                $"{i + 1}", Number(r.Alone.PerSecond), Number(r.Served.PerSecond), Percent(r.Served.PerSecond / r.Alone.PerSecond), Number(r.Alone.ProcessorMilliseconds, 2), Number(r.Served.ProcessorMilliseconds, 2), Number(r.Clients.TotalMilliseconds / r.Served.Done, 2),
            ])]))
            yield return line;
        yield return "";
        yield return $"Served of alone: {Percent(rates.Median)} ({Percent(rates.Low)} to {Percent(rates.High)}) of the pictures a second; {Percent(costs.Median)} of the server's processor time is the detector's.";
        double[] sorted = [.. log.Milliseconds.Order()];
        if (sorted.Length > 0)
        {
            var parts = Shares.Select(share => $"p{share * 100:0} {Number(sorted[(int)(share * (sorted.Length - 1))])}");
            yield return $"Milliseconds from request to answer, waiting included: {string.Join(", ", parts)}, most {Number(sorted[^1])}.";
        }

        yield return $"Mistakes of the server (5xx but 503): {log.Mistakes}. It ended with exit code {result.ExitCode}.";
        yield return "";
        foreach (var line in MarkdownTable.Lines(2, ["client", "outcome", "times"], [.. log.Outcomes.Select(o => (string[])[$"{o.Kind}", o.Outcome, $"{o.Count}"])])) yield return line;
        yield return "";
        var step = Math.Max(1, result.Memory.Count / MemoryRows);
        var samples = result.Memory.Where((_, i) => i % step == 0 || i == result.Memory.Count - 1);
        foreach (var line in MarkdownTable.Lines(0, ["seconds", "resident MB"], [.. samples.Select(s => (string[])[Number(s.Seconds, 0), Number(s.Bytes / 1e6)])])) yield return line;
    }

    private static string Number(double value, int digits = 1) => value.ToString($"F{digits}", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
}
