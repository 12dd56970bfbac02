using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights.Files;

namespace Secateur.Weights.Naming;

/// <summary>A prefix before the network's names, e.g. <c>model.</c> where the network is a part of a larger module.</summary>
internal static class Prefixes
{
    private const int MostCandidates = 16;

    /// <summary>
    /// Strips the prefix under which most of the network's names are. A second complete network, such as a moving average under another prefix, is passed
    /// over.
    /// </summary>
    public static NamedTensors Strip(NamedTensors named, Network network)
    {
        var candidates = Candidates(named.Tensors.Keys, network);
        var counts = candidates.ToDictionary(c => c, c => network.Parameters.Count(p => named.Tensors.ContainsKey(c + p.Name)));
        var chosen = candidates.MaxBy(c => counts[c])!;
        if (counts[chosen] == 0) return named;
        var inTwins = candidates
            .Where(c => c != chosen && counts[c] == counts[chosen])
            .SelectMany(twin => network.Parameters.Where(p => AreOthers(twin + p.Name, chosen + p.Name)).Select(p => twin + p.Name))
            .ToHashSet();
        var tensors = new OrderedDictionary<string, Tensor>(StringComparer.Ordinal);
        var stripped = new List<string>();
        foreach (var (name, tensor) in named.Tensors)
        {
            if (inTwins.Contains(name)) continue;
            var isUnder = chosen.Length > 0 && name.StartsWith(chosen, StringComparison.Ordinal) && !named.Tensors.ContainsKey(name[chosen.Length..]);
            tensors.Add(isUnder ? name[chosen.Length..] : name, tensor);
            if (isUnder) stripped.Add(name);
        }

        return named
            .With(tensors, $"took the prefix {UntrustedFile.Show(chosen)} from", stripped)
            .With(tensors, "passed over a second network, which would fit, too:", inTwins);

        // A second name of the same tensor is none of a second network.
        bool AreOthers(string twin, string own) =>
            named.Tensors.TryGetValue(twin, out var other) && named.Tensors.TryGetValue(own, out var tensor) && !ReferenceEquals(other, tensor);
    }

    /// <summary>No prefix first, then those before a few of the network's names, in the order of the file.</summary>
    private static List<string> Candidates(IEnumerable<string> names, Network network)
    {
        if (network.Parameters.IsEmpty) return [""];
        string[] probes = [network.Parameters[0].Name, network.Parameters[network.Parameters.Length / 2].Name, network.Parameters[^1].Name];
        return
        [
            .. names
                .SelectMany(name => probes.Where(probe => name.EndsWith("." + probe, StringComparison.Ordinal)).Select(probe => name[..^probe.Length]))
                .Prepend("")
                .Distinct()
                .Take(MostCandidates),
        ];
    }
}
