using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights.Files;

namespace Secateur.Weights.Naming;

/// <summary>Tensors on the way from the names that a file gives them to those of a network, and in words what was done to them.</summary>
/// <param name="Tensors">The tensors by name.</param>
/// <param name="Notes">A phrase for each thing that was done; empty when the names were the network's.</param>
internal sealed record NamedTensors(IReadOnlyDictionary<string, Tensor> Tensors, ImmutableArray<string> Notes)
{
    private const int ShownNames = 3;

    /// <summary>
    /// Gives tensors the names of a network, as far as the ways are known in which tools change them. A name that the network has is never touched, and
    /// what remains unknown stays as it is: whether all fits is for <see cref="Model"/> to say.
    /// </summary>
    /// <exception cref="NetworkException">A mask has another shape than its weight.</exception>
    public NamedTensors Fit(Network network)
    {
        var needed = network.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        if (Tensors.Count == needed.Count && Tensors.Keys.All(needed.Contains)) return this;
        var fitted = WrapperSegments.Remove(this, needed);
        fitted = Masks.Multiply(fitted, needed);
        fitted = Prefixes.Strip(fitted, network);
        fitted = Numbering.Restore(fitted, network);
        return Extras.Drop(fitted, needed);
    }

    /// <summary>Other tensors, and a note on how they came about unless it concerns no name.</summary>
    public NamedTensors With(IReadOnlyDictionary<string, Tensor> tensors, string what, IReadOnlyCollection<string> names) =>
        names.Count == 0 ? this with { Tensors = tensors } : new NamedTensors(tensors, Notes.Add($"{what} {names.Count} ({Show(names)})"));

    /// <summary>The first names of a list, in short and fit for a message.</summary>
    public static string Show(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(ShownNames).Select(UntrustedFile.Plain)) + (names.Count > ShownNames ? ", .." : "");
}
