using System.Collections.Immutable;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Plans;

namespace Secateur.Experiments.Results;

/// <summary>A model of an experiment and what is known of it so far.</summary>
/// <param name="Name">Which.</param>
/// <param name="Made">How it was made; null where it is not there.</param>
/// <param name="Masked">The evaluation of the masked model.</param>
/// <param name="Compacted">The evaluation of the compacted model.</param>
/// <param name="Measured">What was counted and timed.</param>
internal sealed record ModelRow(ModelName Name, MadeModel? Made, EvaluatedModel? Masked, EvaluatedModel? Compacted, MeasuredModel? Measured)
{
    /// <summary>The rows of an experiment, in the order of its tables.</summary>
    /// <exception cref="InvalidFileException">A result is damaged.</exception>
    public static ImmutableArray<ModelRow> Read(Experiment experiment)
    {
        return [.. experiment.Graph.Models.Select(name => new ModelRow(
            name,
            Result(name, JobKind.Train)?.ReadResult(ResultJson.Default.MadeModel),
            Result(name, JobKind.EvaluateMasked)?.ReadResult(ResultJson.Default.EvaluatedModel),
            Result(name, JobKind.EvaluateCompacted)?.ReadResult(ResultJson.Default.EvaluatedModel),
            Result(name, JobKind.Measure)?.ReadResult(ResultJson.Default.MeasuredModel)))];

        JobFolder? Result(ModelName name, JobKind kind)
        {
            var folder = experiment.FolderOf(experiment.Graph[JobGraph.IdOf(name, kind)]);
            return folder.State() == JobState.Done ? folder : null;
        }
    }

    /// <summary>The masked model's file; null where it is not there.</summary>
    public string? MaskedPath(Experiment experiment) =>
        Made is null ? null : experiment.FolderOf(experiment.Graph[JobGraph.IdOf(Name, JobKind.Train)]).In(Made.Masked);
}
