using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights.Naming;

namespace Secateur.Weights;

/// <summary>How tensors differ from those that a network needs.</summary>
internal sealed class WeightMisfit
{
    private readonly (string What, List<string> Names)[] _problems;

    public WeightMisfit(Network network, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var needed = network.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        _problems =
        [
            ("missing", [.. network.Parameters.Where(p => !tensors.ContainsKey(p.Name)).Select(p => $"{p.Name} {Tensor.FormatShape(p.Shape)}")]),
            ("unexpected", [.. tensors.Keys.Where(name => !needed.Contains(name)).Order(StringComparer.Ordinal)]),
            ("of another shape",
            [
                .. network.Parameters
                    .Where(p => tensors.TryGetValue(p.Name, out var tensor) && !tensor.HasShape(p.Shape))
                    .Select(p => $"{p.Name} is {tensors[p.Name]} instead of {Tensor.FormatShape(p.Shape)}"),
            ]),
        ];
        Matching = network.Parameters.Length - _problems[0].Names.Count - _problems[2].Names.Count;
    }

    /// <summary>Tensors with the name and the shape of one that the network needs.</summary>
    public int Matching { get; }

    /// <summary>All differences; 0 when the tensors are exactly the network's.</summary>
    public int Count => _problems.Sum(p => p.Names.Count);

    /// <summary>Their number by kind, each with the first few.</summary>
    public override string ToString() => string.Join("; ", _problems.Where(p => p.Names.Count > 0).Select(p =>
        $"{p.Names.Count} {p.What} ({NamedTensors.Show(p.Names)})"));
}
