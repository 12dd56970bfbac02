using System.Diagnostics;
using Secateur.Detection;
using Secateur.Imaging;

namespace Secateur.Bench.Load;

/// <summary>The detector without a server: as many threads, the same pictures, decoded and looked at.</summary>
internal static class DetectorAlone
{
    /// <summary>Runs for a while.</summary>
    public static Throughput Run(FaceDetector detector, IReadOnlyList<byte[]> pictures, int threads, TimeSpan time)
    {
        var done = 0L;
        var start = Stopwatch.GetTimestamp();
        var processor = Environment.CpuUsage.TotalTime;
        var workers = Enumerable.Range(0, threads).Select(first => new Thread(() =>
        {
            for (var i = first; Stopwatch.GetElapsedTime(start) < time; i++)
            {
                detector.Detect(ImageFile.Decode("picture", pictures[i % pictures.Count]));
                Interlocked.Increment(ref done);
            }
        })).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return new Throughput(done, Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - processor);
    }
}

/// <summary>Work done in a time.</summary>
/// <param name="Done">Pictures.</param>
/// <param name="Time">The time.</param>
/// <param name="Processor">The time of processors that it took.</param>
internal readonly record struct Throughput(long Done, TimeSpan Time, TimeSpan Processor)
{
    public double PerSecond => Done / Time.TotalSeconds;

    public double ProcessorMilliseconds => Processor.TotalMilliseconds / Done;
}
