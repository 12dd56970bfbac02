using Secateur.Runtime;
using Secateur.Training.Loss;

namespace Secateur.Training.Runs;

/// <summary>Runs a model on batches in inference mode, for all its outputs.</summary>
/// <param name="engine">What runs it.</param>
/// <param name="threads">Images at the same time; the values do not depend on them.</param>
internal sealed class OutputInference(IImageEngine engine, int threads) : IDisposable
{
    private readonly BatchInference _inference = new(engine, threads);

    /// <summary>Runs a batch and writes its outputs to the first images of <paramref name="target"/>.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(IReadOnlyList<TrainingSample> batch, OutputMaps target, CancellationToken cancellation = default) =>
        _inference.Run(batch, (session, n) =>
        {
            for (var o = 0; o < target.Values.Length; o++)
            {
                var map = session.Result(engine.Running.Outputs[o].Node);
                var values = target.Of(o, n);
                for (var c = 0; c < map.Channels; c++)
                {
                    for (var y = 0; y < map.Height; y++)
                    {
                        map.Row(c, y).CopyTo(values);
                        values = values[map.Width..];
                    }
                }
            }
        }, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _inference.Dispose();
}
