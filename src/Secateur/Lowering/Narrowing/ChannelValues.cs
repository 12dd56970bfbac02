using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>What a channel depends on.</summary>
internal enum ChannelKind
{
    /// <summary>On nothing: one number at every position.</summary>
    Constant,

    /// <summary>On the position only: a constant that met the zeros around a convolution's input.</summary>
    Pattern,

    /// <summary>On the image.</summary>
    Live,
}

/// <summary>
/// The forward pass: the kind of every channel, and the number that a constant one is. A channel that nobody needs is the constant 0.
/// </summary>
internal sealed class ChannelValues
{
    private readonly bool[][] _needed;
    private readonly ChannelKind[][] _kinds;
    private readonly double[][] _constants;

    public ChannelValues(Model model, bool[][] needed)
    {
        Model = model;
        _needed = needed;
        _kinds = [.. needed.Select(n => new ChannelKind[n.Length])];
        _constants = [.. needed.Select(n => new double[n.Length])];
        for (var v = 0; v < needed.Length; v++) ChannelRule.Of(model.Network.Nodes[v]).Evaluate(this, v, model.Network.Nodes[v]);
    }

    /// <summary>The model.</summary>
    public Model Model { get; }

    /// <summary>The kind of a node's channel.</summary>
    public ChannelKind KindOf(int node, int channel) => _kinds[node][channel];

    /// <summary>The number of a constant channel; 0 for other kinds.</summary>
    public double ConstantOf(int node, int channel) => _constants[node][channel];

    /// <summary>Whether a node's channel is the constant 0.</summary>
    public bool IsZero(int node, int channel) => KindOf(node, channel) == ChannelKind.Constant && ConstantOf(node, channel) == 0;

    /// <summary>Whether any channel is needed.</summary>
    public bool IsNeeded(int node) => Array.Exists(_needed[node], n => n);

    /// <summary>Sets the kind of a node's channel, and its number where it is constant.</summary>
    public void Set(int v, int channel, ChannelKind kind, double constant)
    {
        if (!_needed[v][channel]) return;
        _kinds[v][channel] = kind;
        _constants[v][channel] = kind == ChannelKind.Constant ? constant : 0;
    }

    /// <summary>What depends on both depends on the more of the two.</summary>
    public static ChannelKind Max(ChannelKind a, ChannelKind b) => a > b ? a : b;
}
