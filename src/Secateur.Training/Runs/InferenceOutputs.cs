using System.Collections.Concurrent;
using Secateur.Graph;
using Secateur.Runtime;
using Secateur.Runtime.Memory;
using Secateur.Training.Evaluation;

namespace Secateur.Training.Runs;

/// <summary>Runs a model on batches and lays its outputs out as the loss reads them.</summary>
internal sealed class InferenceOutputs : IDisposable
{
    private readonly IImageEngine _engine;
    private readonly ConcurrentBag<IImageSession> _idle = [];
    private readonly int _anchors;
    private readonly int _threads;
    private float[] _locations = [];
    private float[] _scores = [];

    public InferenceOutputs(IImageEngine engine, int anchors, int threads) => (_engine, _anchors, _threads) = (engine, anchors, threads);

    /// <summary>Locations [N, A, 4] and scores [N, A, 2]; valid until the next run.</summary>
    public (float[] Locations, float[] Scores) Run(TrainingSample[] batch, CancellationToken cancellation)
    {
        var cells = batch.Length * _anchors;
        if (_scores.Length < cells * 2) (_locations, _scores) = (new float[cells * 4], new float[cells * 2]);
        ParallelImages.For(batch.Length, _threads, n =>
        {
            var image = batch[n].Image;
            if (!_idle.TryTake(out var session)) session = _engine.CreateSession(threads: 1);
            try
            {
                session.Run(image.Pixels, image.Height, image.Width);
                Gather(session, n);
            }
            finally
            {
                _idle.Add(session);
            }
        }, cancellation);
        return (_locations, _scores);
    }

    /// <summary>Frees the sessions, as many as there were threads.</summary>
    public void Dispose()
    {
        while (_idle.TryTake(out var session)) session.Dispose();
    }

    private void Gather(IImageSession session, int image)
    {
        var at = image * _anchors;
        foreach (var level in _engine.Running.Head.Levels)
        {
            var (loc, scores) = (session.Result(level.Loc), session.Result(level.Scores));
            Interleave(loc, _locations.AsSpan(at * DetectionLevel.BoxChannels));
            Interleave(scores, _scores.AsSpan(at * DetectionLevel.ScoreChannels));
            at += scores.Height * scores.Width * level.Anchors;
        }
    }

    /// <summary>[C, h, w] to [h * w, C].</summary>
    private static void Interleave(ResultMap map, Span<float> target)
    {
        for (var c = 0; c < map.Channels; c++)
        {
            for (var y = 0; y < map.Height; y++)
            {
                var row = map.Row(c, y);
                for (var x = 0; x < row.Length; x++) target[(((y * map.Width) + x) * map.Channels) + c] = row[x];
            }
        }
    }
}
