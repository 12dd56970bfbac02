using Secateur.Training.Runs;
using Xunit;

namespace Secateur.Training.Tests.Runs;

/// <summary>Stops runs where a test wants them to.</summary>
internal static class StoppedRuns
{
    extension(TrainingRun run)
    {
        /// <summary>Runs until so many steps are taken, then stops it; with 0 it never begins.</summary>
        public void StopAfter(int steps)
        {
            using var stop = new CancellationTokenSource();
            if (steps == 0) stop.Cancel();
            var taken = 0;
            Assert.Throws<TrainingStoppedException>(() => run.Run(new Listener(p =>
            {
                if (p is { Activity: RunActivity.Training, Finished: null } && ++taken == steps) stop.Cancel();
            }), stop.Token));
        }
    }
}

/// <summary>Tells a test what a run reports.</summary>
internal sealed class Listener(Action<TrainingProgress> report) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => report(value);
}
