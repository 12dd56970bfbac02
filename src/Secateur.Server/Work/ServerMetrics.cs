using System.Diagnostics.Metrics;

namespace Secateur.Server.Work;

/// <summary>What the server counts.</summary>
internal sealed class ServerMetrics : IDisposable
{
    public const string MeterName = "Secateur.Server";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _detections;
    private readonly Counter<long> _faces;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _seconds;

    public ServerMetrics(WorkQueue queue)
    {
        _detections = _meter.CreateCounter<long>("secateur.detections", description: "Pictures in which faces were looked for.");
        _faces = _meter.CreateCounter<long>("secateur.faces", description: "Faces that were found.");
        _refused = _meter.CreateCounter<long>("secateur.refused", description: "Requests that were not answered as asked, by the reason.");
        _seconds = _meter.CreateHistogram(
            "secateur.detection.duration",
            "s",
            "Time of one detection, without decoding.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30] });
        _ = _meter.CreateObservableGauge("secateur.queue.length", () => queue.Waiting, description: "Requests that wait for a thread.");
        _ = _meter.CreateObservableGauge("secateur.queue.running", () => queue.Running, description: "Requests that are worked on.");
    }

    public void Detected(string model, int faces, TimeSpan duration)
    {
        var tag = KeyValuePair.Create<string, object?>("model", model);
        _detections.Add(1, tag);
        _faces.Add(faces, tag);
        _seconds.Record(duration.TotalSeconds, tag);
    }

    public void Refused(string reason) => _refused.Add(1, KeyValuePair.Create<string, object?>("reason", reason));

    public void Dispose() => _meter.Dispose();
}
