using System.Collections.Concurrent;
using Secateur.Runtime;
using Secateur.Training.Evaluation;

namespace Secateur.Training.Runs;

/// <summary>Runs a model on the images of batches, several at a time.</summary>
/// <param name="engine">What runs it.</param>
/// <param name="threads">Images at the same time.</param>
internal sealed class BatchInference(IImageEngine engine, int threads) : IDisposable
{
    private readonly ConcurrentBag<IImageSession> _idle = [];

    /// <summary>Runs a batch.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="gather">Takes the results of the image of this number; called from several threads at once.</param>
    /// <param name="cancellation">Stops between two images.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public void Run(IReadOnlyList<TrainingSample> batch, Action<IImageSession, int> gather, CancellationToken cancellation) =>
        ParallelImages.For(batch.Count, threads, n =>
        {
            var image = batch[n].Image;
            if (!_idle.TryTake(out var session)) session = engine.CreateSession(threads: 1);
            try
            {
                session.Run(image.Pixels, image.Height, image.Width);
                gather(session, n);
            }
            finally
            {
                _idle.Add(session);
            }
        }, cancellation);

    /// <summary>Frees the sessions, as many as there were threads.</summary>
    public void Dispose()
    {
        while (_idle.TryTake(out var session)) session.Dispose();
    }
}
