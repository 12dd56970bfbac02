using System.Collections.Immutable;

namespace Secateur.Experiments.Jobs;

/// <summary>The command that does one job of an experiment in a process of its own, here or on another machine.</summary>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments before the experiment's folder and the job's name.</param>
public sealed record JobCommand(string Program, ImmutableArray<string> Arguments)
{
    /// <summary>All arguments for a job.</summary>
    public IEnumerable<string> For(Experiment experiment, string job, params ReadOnlySpan<string> options) => [.. Arguments, Path.GetFullPath(experiment.Path), job, .. options];
}
