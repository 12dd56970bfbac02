using Secateur.Graph;
using Secateur.Runtime;
using Secateur.Runtime.Memory;

namespace Secateur.Training.Runs;

/// <summary>Runs a model on batches and lays its outputs out as the loss reads them.</summary>
internal sealed class InferenceOutputs : IDisposable
{
    private readonly IImageEngine _engine;
    private readonly BatchInference _inference;
    private readonly int _anchors;
    private float[] _locations = [];
    private float[] _scores = [];

    public InferenceOutputs(IImageEngine engine, int anchors, int threads) => (_engine, _anchors, _inference) = (engine, anchors, new BatchInference(engine, threads));

    /// <summary>Locations [N, A, 4] and scores [N, A, 2]; valid until the next run.</summary>
    public (float[] Locations, float[] Scores) Run(TrainingSample[] batch, CancellationToken cancellation)
    {
        var cells = batch.Length * _anchors;
        if (_scores.Length < cells * 2) (_locations, _scores) = (new float[cells * 4], new float[cells * 2]);
        _inference.Run(batch, Gather, cancellation);
        return (_locations, _scores);
    }

    /// <inheritdoc/>
    public void Dispose() => _inference.Dispose();

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
