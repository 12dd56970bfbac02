using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Training.Runs;

/// <summary>Runs a model on batches and lays its outputs out as the loss reads them.</summary>
internal sealed class InferenceOutputs(Model model, int anchors, int threads)
{
    private readonly InferenceEngine _engine = new(model);
    private float[] _locations = [];
    private float[] _scores = [];

    /// <summary>Locations [N, A, 4] and scores [N, A, 2]; valid until the next run.</summary>
    public (float[] Locations, float[] Scores) Run(TrainingSample[] batch, CancellationToken cancellation)
    {
        var cells = batch.Length * anchors;
        if (_scores.Length < cells * 2) (_locations, _scores) = (new float[cells * 4], new float[cells * 2]);
        using var sessions = new ThreadLocal<InferenceSession>(() => _engine.CreateSession(), trackAllValues: true);
        try
        {
            ParallelImages.For(batch.Length, threads, n =>
            {
                var image = batch[n].Image;
                var session = sessions.Value!;
                session.Run(image.Pixels, image.Height, image.Width);
                Gather(session, n);
            }, cancellation);
        }
        finally
        {
            foreach (var session in sessions.Values) session.Dispose();
        }

        return (_locations, _scores);
    }

    private void Gather(InferenceSession session, int image)
    {
        var at = image * anchors;
        foreach (var level in _engine.Lowered.Model.Network.Levels)
        {
            var (loc, scores) = (session.Result(level.Loc), session.Result(level.Scores));
            Interleave(loc, _locations.AsSpan(at * 4), 4);
            Interleave(scores, _scores.AsSpan(at * 2), 2);
            at += scores.Height * scores.Width;
        }
    }

    /// <summary>[C, h, w] to [h * w, C].</summary>
    private static void Interleave(ResultMap map, Span<float> target, int channels)
    {
        for (var c = 0; c < channels; c++)
        {
            for (var y = 0; y < map.Height; y++)
            {
                var row = map.Row(c, y);
                for (var x = 0; x < row.Length; x++) target[(((y * map.Width) + x) * channels) + c] = row[x];
            }
        }
    }
}
