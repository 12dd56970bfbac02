using System.Runtime.InteropServices;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights;

namespace Secateur.Lowering.Parameters;

/// <summary>
/// Collects the parameters of a network under construction. A tensor that is already there, bit for bit, is shared: so weights that several
/// nodes use stay one parameter through every rewriting.
/// </summary>
internal sealed class ParameterPool
{
    private readonly Dictionary<string, (ParameterSpec Spec, Tensor Tensor)> _byName = [];
    private readonly List<string> _order = [];

    /// <summary>The parameters in the order in which they came.</summary>
    public IEnumerable<ParameterSpec> Specs => _order.Select(name => _byName[name].Spec);

    /// <summary>The tensors by name.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Tensors => _order.Select(name => KeyValuePair.Create(name, _byName[name].Tensor));

    /// <summary>Adds a tensor and returns its name: <paramref name="name"/>, or <c>layer@2.weight</c>, .. when that is taken by another tensor.</summary>
    public string Add(string name, ParameterKind kind, Tensor tensor)
    {
        for (var use = 1; ; use++)
        {
            var candidate = Numbered(name, use);
            if (!_byName.TryGetValue(candidate, out var known))
            {
                _byName[candidate] = (new ParameterSpec(candidate, [.. tensor.Shape], kind), tensor);
                _order.Add(candidate);
                return candidate;
            }

            if (known.Spec.Kind == kind && known.Tensor.HasShape(tensor.Shape) && SameBits(known.Tensor, tensor)) return candidate;
        }
    }

    /// <summary>Adds the parameters of a model's node unchanged, and returns the node with the names that they have here.</summary>
    public Node AddParametersOf(Model model, Node node) => node.Rename(name => Add(name, model.Network.Parameter(name).Kind, model.Weights[name]));

    /// <summary>The number belongs to the layer.</summary>
    private static string Numbered(string name, int use)
    {
        var dot = name.LastIndexOf('.');
        return dot < 0 ? UniqueNames.Numbered(name, use) : UniqueNames.Numbered(name[..dot], use) + name[dot..];
    }

    private static bool SameBits(Tensor a, Tensor b) =>
        MemoryMarshal.AsBytes(a.Data.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(b.Data.AsSpan()));
}
