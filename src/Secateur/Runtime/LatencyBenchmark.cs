using System.Collections.Immutable;
using System.Diagnostics;

namespace Secateur.Runtime;

/// <summary>What a model took, in milliseconds.</summary>
/// <param name="Median">Half of the runs were quicker (of an even number, the upper of the two in the middle).</param>
/// <param name="Minimum">The quickest run.</param>
/// <param name="P95">About 19 of 20 runs were quicker.</param>
public readonly record struct Latency(double Median, double Minimum, double P95);

/// <summary>Measures models side by side: their runs alternate, so that whatever else the machine does meets all alike.</summary>
public static class LatencyBenchmark
{
    private const int WarmUps = 5;

    /// <summary>Times the forward pass over one random image (seeded), preprocessing included.</summary>
    /// <param name="engines">The models.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns.</param>
    /// <param name="threads">Threads of each run.</param>
    /// <param name="runs">Timed runs a model.</param>
    /// <param name="progress">Told the rounds done and in all.</param>
    /// <param name="cancellationToken">Stops between runs.</param>
    /// <returns>For each model its latency, and the bytes of its workspace.</returns>
    /// <exception cref="Graph.NetworkException">A network cannot run at this size.</exception>
    public static ImmutableArray<(Latency Latency, long WorkspaceBytes)> Run(
        IReadOnlyList<InferenceEngine> engines,
        int height,
        int width,
        int threads,
        int runs,
        IProgress<(int Done, int Total)>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var images = engines.Select(e => SampleImage.ChannelsOf(e.Model.Network)).Distinct()
            .ToDictionary(channels => channels, channels => new SampleImage(new SeededRandom(1), channels, height, width));
        var sessions = engines.Select(e => e.CreateSession(threads)).ToArray();
        var times = engines.Select(_ => new double[runs]).ToArray();
        try
        {
            for (var run = -WarmUps; run < runs; run++)
            {
                for (var i = 0; i < sessions.Length; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var image = images[SampleImage.ChannelsOf(engines[i].Model.Network)];
                    var start = Stopwatch.GetTimestamp();
                    image.Run(sessions[i]);
                    if (run >= 0) times[i][run] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }

                progress?.Report((run + WarmUps + 1, runs + WarmUps));
            }

            return [.. times.Select((t, i) => (Summarise(t), sessions[i].WorkspaceBytes))];
        }
        finally
        {
            foreach (var session in sessions) session.Dispose();
        }
    }

    private static Latency Summarise(double[] times)
    {
        Array.Sort(times);
        return new Latency(times[times.Length / 2], times[0], times[Math.Min(times.Length - 1, times.Length * 95 / 100)]);
    }
}
