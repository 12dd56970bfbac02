using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights;

namespace Secateur.Training;

/// <summary>
/// The learnable parameters of a network one after another in state_dict order, so that optimisers, masks and saved states are plain loops over
/// one array.
/// </summary>
public sealed class ParameterVector
{
    private readonly Dictionary<string, Range> _places = [];

    /// <summary>Lays the parameters out; all values are zero.</summary>
    public ParameterVector(Network network)
    {
        Specs = [.. network.Parameters.Where(p => p.IsLearnable)];
        var length = 0;
        foreach (var spec in Specs)
        {
            _places.Add(spec.Name, length..(length + spec.Count));
            length += spec.Count;
        }

        Values = new float[length];
    }

    /// <summary>Lays the parameters out and copies a model's values.</summary>
    public ParameterVector(Model model)
        : this(model.Network)
    {
        foreach (var spec in Specs) model.Weights[spec.Name].Data.CopyTo(this[spec.Name]);
    }

    /// <summary>The parameters, in the order in which they lie.</summary>
    public ImmutableArray<ParameterSpec> Specs { get; }

    /// <summary>All values.</summary>
    public float[] Values { get; }

    /// <summary>Where a parameter lies among <see cref="Values"/>.</summary>
    /// <exception cref="KeyNotFoundException">The network has no such learnable parameter.</exception>
    public Range RangeOf(string name) =>
        _places.TryGetValue(name, out var range) ? range : throw new KeyNotFoundException($"the network has no learnable parameter '{name}'");

    /// <summary>The values of a parameter.</summary>
    /// <exception cref="KeyNotFoundException">The network has no such learnable parameter.</exception>
    public Span<float> this[string name] => Values.AsSpan(RangeOf(name));

    /// <summary>A copy of each parameter as a tensor of its shape, by name.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> ToTensors() =>
        Specs.Select(s => KeyValuePair.Create(s.Name, new Tensor(s.Shape.AsSpan(), this[s.Name].ToArray())));
}
