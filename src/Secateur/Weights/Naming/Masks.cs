using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Weights.Naming;

/// <summary>
/// Pruning that was not made permanent: <c>X_orig</c> and <c>X_mask</c> (torch.nn.utils.prune), <c>X</c> and <c>X_mask</c> (NNI), or masks in a file of
/// their own. The weight is the product.
/// </summary>
internal static class Masks
{
    public const string Suffix = "_mask";

    private const string Original = "_orig";

    public static NamedTensors Multiply(NamedTensors named, IReadOnlySet<string> needed)
    {
        var tensors = new OrderedDictionary<string, Tensor>(named.Tensors, StringComparer.Ordinal);
        var products = new Dictionary<(Tensor, Tensor), Tensor>();
        var done = new List<string>();
        foreach (var (name, mask) in named.Tensors)
        {
            if (needed.Contains(name) || !name.EndsWith(Suffix, StringComparison.Ordinal)) continue;
            var bare = name[..^Suffix.Length];
            var source = named.Tensors.ContainsKey(bare + Original) ? bare + Original : bare;
            if (!named.Tensors.TryGetValue(source, out var weight)) continue;

            // Names that share a weight and a mask go on sharing their product.
            if (!products.TryGetValue((weight, mask), out var product)) products.Add((weight, mask), product = Product(source, weight, name, mask));
            tensors.Remove(source);
            tensors.Remove(name);
            tensors[bare] = product;
            done.Add(bare);
        }

        return named.With(tensors, "multiplied by their masks", done);
    }

    /// <summary>Applies masks from a file of their own, by the names of the weights, with or without <see cref="Suffix"/>, under any prefix.</summary>
    /// <exception cref="NetworkException">There are none, a value is not from 0 to 1, or a mask's weight is not there or has another shape.</exception>
    public static NamedTensors Apply(NamedTensors named, IReadOnlyDictionary<string, Tensor> masks)
    {
        var tensors = new OrderedDictionary<string, Tensor>(named.Tensors, StringComparer.Ordinal);
        if (masks.Count == 0) throw new NetworkException("holds no masks");
        var notMasks = masks.Where(m => !Array.TrueForAll(m.Value.Data, v => v is >= 0 and <= 1)).Select(m => m.Key).ToList();
        if (notMasks.Count > 0) throw new NetworkException($"{notMasks.Count} of its tensors are no masks, with values beyond 0 and 1 ({NamedTensors.Show(notMasks)})");
        var targets = WrapperSegments.Remove(new NamedTensors(masks, []), ImmutableHashSet<string>.Empty).Tensors
            .Select(mask => (mask.Key, mask.Value, Target: TargetOf(mask.Key, named.Tensors)))
            .ToList();
        var lost = targets.Where(t => t.Target is null).Select(t => t.Key).ToList();
        if (lost.Count > 0) throw new NetworkException($"{lost.Count} masks are for layers that the model does not have ({NamedTensors.Show(lost)})");
        foreach (var (name, mask, target) in targets) tensors[target!] = Product(target!, tensors[target!], name, mask);
        return named.With(tensors, "multiplied by the masks given", [.. targets.Select(t => t.Target!)]);
    }

    private static string? TargetOf(string mask, IReadOnlyDictionary<string, Tensor> weights)
    {
        var name = mask.EndsWith(Suffix, StringComparison.Ordinal) ? mask[..^Suffix.Length] : mask;
        while (!weights.ContainsKey(name))
        {
            var dot = name.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0) return null;
            name = name[(dot + 1)..];
        }

        return name;
    }

    private static Tensor Product(string name, Tensor weight, string maskName, Tensor mask)
    {
        if (!mask.HasShape(weight.Shape)) throw new NetworkException($"the mask {maskName} is {mask}, its weight {name} is {weight}");
        return new Tensor([.. weight.Shape], [.. weight.Data.Zip(mask.Data, (w, m) => w * m)]);
    }
}
