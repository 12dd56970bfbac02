using System.Collections.Immutable;

namespace Secateur.Experiments.Jobs;

/// <summary>Work that a process of its own does, here or on another machine; its folder tells how it went.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Group">What it has in common with others of its kind.</param>
/// <param name="Folder">Where its process leaves its result or its error, and holds a lock meanwhile.</param>
/// <param name="Arguments">The arguments of the command that does it.</param>
/// <param name="Needs">What must be done before.</param>
public sealed record WorkItem(string Id, string Group, JobFolder Folder, ImmutableArray<string> Arguments, ImmutableArray<string> Needs)
{
    /// <summary>It goes on when what it needs has ended, in whatever way.</summary>
    public bool TakesFailures { get; init; }

    /// <summary>Other work at the same time would falsify it.</summary>
    public bool IsTimed { get; init; }

    /// <summary>It is done again though its result is there: others' results changed.</summary>
    public bool Repeats { get; init; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsDone => !Repeats && Folder.State() == JobState.Done;
}
