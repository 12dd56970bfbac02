using System.Collections.Immutable;

namespace Secateur.Lowering.Narrowing;

/// <summary>A node of the compacted network, and the channel of the original node that each of its channels stands for, ascending.</summary>
internal readonly record struct Part(int Node, ImmutableArray<int> Channels);
