using System.Collections.Immutable;
using Secateur.Execution;
using Secateur.Graph;
using Secateur.Runtime.Memory;

namespace Secateur.Runtime.Planning;

/// <summary>The static schedule of a network at one input size: every kernel call and every buffer's place. Immutable, shared by all workspaces.</summary>
internal sealed class InferencePlan(
    ImmutableArray<PlanStep> preparation,
    ImmutableArray<PlanStep> steps,
    ImmutableArray<long> touchedFloats,
    ImmutableArray<MapShape> shapes,
    ImagePlace image,
    IReadOnlyDictionary<int, PlacedMap> results,
    long floats)
{
    /// <summary>What writes the maps that are the same for all images of the size: run once, before the first image.</summary>
    public ImmutableArray<PlanStep> Preparation { get; } = preparation;

    /// <summary>The kernel calls of an image in order.</summary>
    public ImmutableArray<PlanStep> Steps { get; } = steps;

    /// <summary>Floats of the maps that each step reads or writes, every map once: the least that it moves.</summary>
    public ImmutableArray<long> TouchedFloats { get; } = touchedFloats;

    /// <summary>The shape of every node.</summary>
    public ImmutableArray<MapShape> Shapes { get; } = shapes;

    /// <summary>Where the steps are told of the image.</summary>
    public ImagePlace Image { get; } = image;

    /// <summary>Where the results are, by node.</summary>
    public IReadOnlyDictionary<int, PlacedMap> Results { get; } = results;

    /// <summary>Floats of memory that all threads share.</summary>
    public long Floats { get; } = floats;

    /// <summary>Floats of scratch memory that each thread needs, behind the shared ones.</summary>
    public long ScratchFloats { get; } = steps.Select(s => s.ScratchFloats).Append(0).Max();

    /// <summary>Floats of memory that a workspace for <paramref name="threads"/> threads needs.</summary>
    public long WorkspaceFloats(int threads) => Floats + (threads * ScratchFloats);
}
