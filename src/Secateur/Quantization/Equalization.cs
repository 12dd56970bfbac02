using Secateur.Graph;
using Secateur.Runtime.Fusion;
using Secateur.Weights;

namespace Secateur.Quantization;

/// <summary>
/// Makes the channels of a map alike, so that one scale suits them all: a filter is divided by a power of two, and what reads its channel is multiplied by it
/// (after Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019). The network computes the same, to the last bit.
/// </summary>
internal sealed class Equalization
{
    private const int MostBits = 12;

    private readonly Network _network;
    private readonly Dictionary<int, (Conv2dNode Writer, List<Conv2dNode> Readers)> _maps = [];

    public Equalization(Network network)
    {
        _network = network;
        var values = new ValueFlow(network);
        var uses = network.Nodes.SelectMany(node => node.Parameters).CountBy(name => name).ToDictionary();
        foreach (var chain in FusedSteps.Of(network, values).Convolutions.OfType<IReadOnlyList<FusedConv>>().SelectMany(siblings => siblings))
        {
            var readers = values.Readers(chain.Last).Select(reader => network.Nodes[reader]).OfType<Conv2dNode>().ToList();
            var isPlain = chain.Merge is null && chain.Afterwards is null && chain.Starts.IsEmpty && !values.IsResult(chain.Last) && readers.Count == values.Readers(chain.Last).Count;
            var writer = (Conv2dNode)network.Nodes[chain.Node];
            if (isPlain && readers.All(reader => values.Source(reader.Input) == chain.Last) && readers.Append(writer).All(conv => conv.Groups == 1 && conv.Parameters.All(name => uses[name] == 1)))
                _maps.Add(chain.Last, (writer, readers));
        }
    }

    /// <summary>The nodes whose channels can be made alike.</summary>
    public IEnumerable<int> Nodes => _maps.Keys;

    /// <summary>Makes them alike.</summary>
    /// <param name="form">A model of the network.</param>
    /// <param name="largest">By node, the largest magnitude of each channel.</param>
    public Model Run(Model form, IReadOnlyDictionary<int, float[]> largest)
    {
        var weights = form.Weights.ToDictionary();
        foreach (var (node, (writer, readers)) in _maps)
        {
            foreach (var name in readers.Select(reader => reader.Weight).Concat(writer.Parameters)) weights[name] = weights[name].Clone();
            for (var channel = 0; channel < largest[node].Length; channel++)
            {
                var power = PowerOf(largest[node][channel], readers.Max(reader => Inputs(reader, channel).Max(i => MathF.Abs(weights[reader.Weight].Data[i]))));
                foreach (var i in Filter(writer, channel)) weights[writer.Weight].Data[i] /= power;
                if (writer.Bias is { } bias) weights[bias].Data[channel] /= power;
                foreach (var reader in readers)
                {
                    foreach (var i in Inputs(reader, channel)) weights[reader.Weight].Data[i] *= power;
                }
            }
        }

        return new Model(form.Network, weights, form.Info);
    }

    /// <summary>What the values are divided by and the weights behind them multiplied by, so that both have about the same range.</summary>
    private static float PowerOf(float value, float weight) =>
        float.IsNormal(value) && float.IsNormal(weight) ? MathF.ScaleB(1, Math.Clamp((int)MathF.Round(MathF.Log2(value / weight) / 2), -MostBits, MostBits)) : 1;

    private IEnumerable<int> Filter(Conv2dNode conv, int filter)
    {
        var shape = _network.Parameter(conv.Weight).Shape;
        var size = shape[1] * shape[2] * shape[3];
        return Enumerable.Range(filter * size, size);
    }

    private IEnumerable<int> Inputs(Conv2dNode conv, int channel)
    {
        var shape = _network.Parameter(conv.Weight).Shape;
        var places = shape[2] * shape[3];
        return Enumerable.Range(0, shape[0]).SelectMany(filter => Enumerable.Range(((filter * shape[1]) + channel) * places, places));
    }
}
