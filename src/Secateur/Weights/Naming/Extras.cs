using Secateur.Kernels;

namespace Secateur.Weights.Naming;

/// <summary>
/// Tensors beside the network's that are no weights: second names of the same tensor, what profilers counted, and the counters of batch norms, of which
/// those of the network's own are not worth a word.
/// </summary>
internal static class Extras
{
    private const string UpdateCounter = ".num_batches_tracked";

    private static readonly string[] Counts = ["total_ops", "total_params", "num_batches_tracked"];

    public static NamedTensors Drop(NamedTensors named, IReadOnlySet<string> needed)
    {
        var known = named.Tensors.Where(t => needed.Contains(t.Key)).Select(t => t.Value).ToHashSet(ReferenceEqualityComparer.Instance);
        var (aliases, counts) = (new List<string>(), new List<string>());
        var tensors = new OrderedDictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in named.Tensors)
        {
            if (needed.Contains(name)) tensors.Add(name, tensor);
            else if (known.Contains(tensor)) aliases.Add(name);
            else if (!Counts.Contains(name[(name.LastIndexOf('.') + 1)..])) tensors.Add(name, tensor);
            else if (!IsOwnCounter(name, needed)) counts.Add(name);
        }

        return named.With(tensors, "merged second names of the same tensors:", aliases).With(tensors, "passed over counts:", counts);
    }

    private static bool IsOwnCounter(string name, IReadOnlySet<string> needed) =>
        name.EndsWith(UpdateCounter, StringComparison.Ordinal) && needed.Contains(name[..^UpdateCounter.Length] + ".running_mean");
}
