using System.Diagnostics;
using Secateur.Pixels;
using Secateur.Runtime;

namespace Secateur.Bench.Comparison;

/// <summary>One of our models, ready to run on a picture of noise; preprocessing included.</summary>
internal sealed class OwnPeer : IDisposable
{
    private const int Uncounted = 2;

    private readonly byte[] _pixels;
    private readonly ImageSize _size;
    private readonly InferenceEngine _engine;
    private readonly InferenceSession _session;

    public OwnPeer(Subject subject, ImageSize size, int threads)
    {
        _pixels = new byte[checked(size.Height * size.Width * 3)];
        new SeededRandom(1).NextBytes(_pixels);
        (Subject, _size, _engine) = (subject, size, new InferenceEngine(subject.Model));
        _session = _engine.CreateSession(threads);
        _session.Run(_pixels, size.Height, size.Width);
    }

    /// <summary>The model.</summary>
    public Subject Subject { get; }

    /// <summary>Of the convolutions that run, for one image.</summary>
    public long MultiplyAdds => _engine.CountMacs(_size.Height, _size.Width);

    /// <summary>Feature maps.</summary>
    public long WorkspaceBytes => _session.WorkspaceBytes;

    /// <summary>Weights as they run.</summary>
    public long WeightBytes => _engine.WeightBytes;

    /// <summary>Runs until both are reached; a few runs before do not count.</summary>
    /// <returns>The milliseconds of each run.</returns>
    public double[] Run(int leastRuns, double leastMs)
    {
        for (var i = 0; i < Uncounted; i++) _session.Run(_pixels, _size.Height, _size.Width);
        var times = new List<double>();
        var begin = Stopwatch.GetTimestamp();
        while (times.Count < leastRuns || Stopwatch.GetElapsedTime(begin).TotalMilliseconds < leastMs)
        {
            var start = Stopwatch.GetTimestamp();
            _session.Run(_pixels, _size.Height, _size.Width);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return [.. times];
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
