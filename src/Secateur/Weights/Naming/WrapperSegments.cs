using Secateur.Kernels;

namespace Secateur.Weights.Naming;

/// <summary>
/// Parts of names that wrapper modules add, anywhere in them: <c>module</c> (DataParallel, NNI), <c>_orig_mod</c> (torch.compile) and those of FSDP and
/// checkpointing.
/// </summary>
internal static class WrapperSegments
{
    private static readonly string[] Segments = ["module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"];

    public static NamedTensors Remove(NamedTensors named, IReadOnlySet<string> needed)
    {
        var groups = named.Tensors.Keys.GroupBy(name => needed.Contains(name) ? name : Bare(name)).ToList();
        var bare = groups.Select(g => g.Key).ToHashSet(StringComparer.Ordinal);
        var tensors = new OrderedDictionary<string, Tensor>(StringComparer.Ordinal);
        var (renamed, doubled) = (new List<string>(), new List<string>());
        foreach (var group in groups)
        {
            // NNI keeps the trained weight outside the wrapped layer, and a masked copy inside.
            var outermost = group.MinBy(name => name.Length)!;
            tensors.Add(group.Key, named.Tensors[outermost]);
            if (outermost != group.Key) renamed.Add(outermost);
            foreach (var inner in group.Where(name => name != outermost))
            {
                if (bare.Contains(group.Key + Masks.Suffix)) doubled.Add(inner);
                else tensors.TryAdd(inner, named.Tensors[inner]);
            }
        }

        return named.With(tensors, "took wrappers out of the names of", renamed).With(tensors, "passed over copies inside wrapped layers:", doubled);
    }

    private static string Bare(string name) => string.Join('.', name.Split('.').Where(part => !Segments.Contains(part)));
}
