using System.Collections.Immutable;
using Secateur.Experiments.Plans;

namespace Secateur.Experiments.Jobs;

/// <summary>What a job does, in the order in which an experiment comes to it.</summary>
public enum JobKind
{
    /// <summary>Draws the data set.</summary>
    Data,

    /// <summary>Trains a network, or takes a given one.</summary>
    Train,

    /// <summary>Prunes a trained network while training it.</summary>
    Prune,

    /// <summary>Evaluates the masked model.</summary>
    EvaluateMasked,

    /// <summary>Evaluates the compacted model.</summary>
    EvaluateCompacted,

    /// <summary>Counts and times the masked and the compacted model.</summary>
    Measure,

    /// <summary>Writes tables, figures and the page.</summary>
    Report,
}

/// <summary>A part of an experiment that can be done, killed and gone on with by itself.</summary>
/// <param name="Id">Its name, and that of its folder.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Model">The model that it is about; null for data and report.</param>
/// <param name="Needs">The jobs that must be done before; of the report, that must have ended.</param>
public sealed record Job(string Id, JobKind Kind, ModelName? Model, ImmutableArray<string> Needs)
{
    /// <summary>Whether it goes on without those that failed.</summary>
    public bool TakesFailures => Kind == JobKind.Report;
}
