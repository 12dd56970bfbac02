using Secateur.Graph;
using Secateur.Lowering.Parameters;
using Secateur.Weights;

namespace Secateur.Runtime.Fusion;

/// <summary>Which maps of a quantized model are held as bytes, and which convolutions run in integers.</summary>
internal sealed class ByteForm
{
    private const int ImageChannels = 3;

    // As many as can be summed in 32 bits, whatever they are.
    private const int MostWeights = int.MaxValue / (ModelQuantization.MostWeight * MapQuantization.MostByte);

    private readonly Model _model;
    private readonly ValueFlow _values;
    private readonly MapQuantization?[] _held;
    private readonly bool[] _isWritten;
    private readonly bool[] _isInteger;
    private readonly int[] _concats;

    public ByteForm(Model model, ValueFlow values, FusedSteps steps)
    {
        var count = model.Network.Nodes.Length;
        (_model, _values) = (model, values);
        (_held, _isWritten, _isInteger, _concats) = (new MapQuantization?[count], new bool[count], new bool[count], new int[count]);
        Array.Fill(_concats, -1);
        if (model.Quantization is null) return;
        var chains = new FusedConv?[count];
        foreach (var chain in steps.Convolutions.OfType<IReadOnlyList<FusedConv>>().SelectMany(siblings => siblings)) chains[chain.Last] = chain;
        for (var i = 0; i < count; i++)
        {
            if (!values.IsFixed(i) && values.Source(i) == i) Find(i, model.Network.Nodes[i], chains);
        }
    }

    /// <summary>Whether the node's value is written as bytes in the first place, rather than as floats.</summary>
    public bool IsWritten(int node) => _isWritten[_values.Source(node)];

    /// <summary>Whether the chain that ends with a node runs in integers.</summary>
    public bool IsInteger(FusedConv chain) => _isInteger[chain.Last];

    /// <summary>How the node's value is, or can be, held as bytes; null where it cannot.</summary>
    public MapQuantization? Held(int node) => _held[_values.Source(node)];

    /// <summary>The concatenation in whose bytes a node's bytes stand, or -1.</summary>
    public int ConcatOf(int node) => _concats[node];

    /// <summary>Whether a network's image can be read as the bytes that it is.</summary>
    public static bool TakesBytes(Network network) =>
        network.Nodes.OfType<InputNode>().Single().Channels == ImageChannels && network.Head.Pixels.Mean is { Length: ImageChannels } mean && mean.All(m => m is >= 0 and <= byte.MaxValue);

    private void Find(int i, Node node, FusedConv?[] chains)
    {
        var own = _model.Quantization!.Maps.TryGetValue(node.Name, out var map) ? map : default(MapQuantization?);
        _held[i] = own;
        switch (node)
        {
            case InputNode:
                _held[i] = TakesBytes(_model.Network) ? new MapQuantization(1, 0) : null;
                break;
            case SelectNode select:
                _held[i] = Held(select.Input);
                break;
            case UpsampleNode { Mode: UpsampleMode.Nearest } upsample when own is null && Held(upsample.Input) is { } held:
                (_held[i], _isWritten[i]) = (held, true);
                break;
            case ConcatNode concat when own is null && IsOfBytes(concat, chains):
                (_held[i], _isWritten[i]) = (Held(concat.Parts[0]), true);
                foreach (var part in concat.Parts) _concats[_values.Source(part)] = i;
                break;
            default:
                if (chains[i] is not { } chain || !CanBeInteger(chain, own is not null)) break;
                (_isInteger[i], _isWritten[i]) = (true, own is not null && chain.Afterwards is null);
                break;
        }
    }

    /// <summary>Whether the parts can be written as bytes where the concatenation wants them.</summary>
    private bool IsOfBytes(ConcatNode concat, FusedConv?[] chains)
    {
        int[] sources = [.. concat.Parts.Select(_values.Source)];
        return sources.Distinct().Count() == sources.Length
            && Array.TrueForAll(sources, s => chains[s] is not null && _isWritten[s] && _concats[s] < 0 && _held[s] == _held[sources[0]]);
    }

    private bool CanBeInteger(FusedConv chain, bool isHeld)
    {
        var conv = (Conv2dNode)_model.Network.Nodes[chain.Node];
        var shape = _model.Network.Parameter(conv.Weight).Shape;
        if (conv.Groups > 1 || (long)shape[1] * shape[2] * shape[3] > MostWeights || !_model.Quantization!.WeightScales.ContainsKey(conv.Weight) || Held(conv.Input) is null) return false;
        if (chain.Merge is not { } merge) return true;
        var factors = FusionWeights.Of(_model, merge.Node);
        return isHeld && Held(merge.Other.Node) is not null && (merge.Own == merge.Node.A ? factors.First : factors.Second) > 0;
    }
}
