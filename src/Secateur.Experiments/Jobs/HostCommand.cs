using System.Collections.Immutable;

namespace Secateur.Experiments.Jobs;

/// <summary>A program and its first arguments: what does work items.</summary>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments before those of an item.</param>
public sealed record HostCommand(string Program, ImmutableArray<string> Arguments);
