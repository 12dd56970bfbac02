using System.Text.RegularExpressions;
using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Weights.Naming;

/// <summary>Numbered layers that are attributes instead of items of a list: <c>conf3.bias</c> for <c>conf.3.bias</c>.</summary>
internal static partial class Numbering
{
    public static NamedTensors Restore(NamedTensors named, Network network)
    {
        var needed = network.Parameters.ToDictionary(p => p.Name);
        var missing = network.Parameters.Where(p => !named.Tensors.ContainsKey(p.Name)).ToLookup(p => Joined(p.Name));
        if (missing.Count == 0) return named;
        var unknown = named.Tensors.Keys.Where(name => !needed.ContainsKey(name)).ToLookup(Joined);
        var tensors = new OrderedDictionary<string, Tensor>(named.Tensors, StringComparer.Ordinal);
        var renamed = new List<string>();
        foreach (var same in missing)
        {
            if (same.ToList() is not [var parameter] || unknown[same.Key].ToList() is not [var name] || !named.Tensors[name].HasShape(parameter.Shape)) continue;
            tensors.Remove(name);
            tensors.Add(parameter.Name, named.Tensors[name]);
            renamed.Add($"{name} to {parameter.Name}");
        }

        return named.With(tensors, "renamed", renamed);
    }

    private static string Joined(string name) => DotBeforeNumber().Replace(name, "");

    [GeneratedRegex(@"\.(?=\d)")]
    private static partial Regex DotBeforeNumber();
}
