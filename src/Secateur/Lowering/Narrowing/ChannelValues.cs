using Secateur.Graph;
using Secateur.Kernels.Activation;
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
    private readonly Model _model;
    private readonly bool[][] _needed;
    private readonly ChannelKind[][] _kinds;
    private readonly double[][] _constants;

    public ChannelValues(Model model, bool[][] needed)
    {
        _model = model;
        _needed = needed;
        _kinds = [.. needed.Select(n => new ChannelKind[n.Length])];
        _constants = [.. needed.Select(n => new double[n.Length])];
        for (var v = 0; v < needed.Length; v++) Evaluate(v, model.Network.Nodes[v]);
    }

    /// <summary>The kind of a node's channel.</summary>
    public ChannelKind KindOf(int node, int channel) => _kinds[node][channel];

    /// <summary>The number of a constant channel; 0 for other kinds.</summary>
    public double ConstantOf(int node, int channel) => _constants[node][channel];

    /// <summary>Whether any channel is needed.</summary>
    public bool IsNeeded(int node) => Array.Exists(_needed[node], n => n);

    private void Evaluate(int v, Node node)
    {
        switch (node)
        {
            case InputNode:
                Array.Fill(_kinds[v], ChannelKind.Live);
                break;
            case OnesNode:
                Set(v, 0, ChannelKind.Constant, 1);
                break;
            case Conv2dNode n:
                var filters = ConvFilters.Of(_model, n);
                for (var o = 0; o < filters.Outputs; o++) EvaluateFilter(v, n, filters, o);
                break;
            case ReluNode n:
                EvaluateActivation(v, n.Input, slope: 0);
                break;
            case PReluNode n:
                EvaluateActivation(v, n.Input, _model.Weights[n.Slope].Data[0]);
                break;
            case UpsampleNode n:
                Copy(v, 0, n.Input);
                break;
            case SelectNode n:
                for (var c = 0; c < n.Channels.Length; c++) Set(v, c, _kinds[n.Input][n.Channels[c]], _constants[n.Input][n.Channels[c]]);
                break;
            case ConcatNode n:
                var at = 0;
                foreach (var part in n.Parts)
                {
                    Copy(v, at, part);
                    at += _kinds[part].Length;
                }

                break;
            case MergeNode n:
                foreach (var operand in MergeOperands.Of(_model, n))
                {
                    for (var c = 0; c < operand.Targets.Length; c++)
                    {
                        var t = operand.Targets[c];
                        var kind = Max(_kinds[v][t], _kinds[operand.Node][c]);
                        Set(v, t, kind, _constants[v][t] + (operand.Factor * _constants[operand.Node][c]));
                    }
                }

                break;
            case MaxOutNode n:
                var (inputs, last) = (_constants[n.Input], _constants[n.Input].Length - 1);
                var highest = _kinds[n.Input].Max();
                Set(v, 0, highest, inputs[..last].Max());
                Set(v, 1, highest, inputs[last]);
                break;
        }
    }

    private void EvaluateFilter(int v, Conv2dNode node, ConvFilters filters, int output)
    {
        var kind = ChannelKind.Constant;
        var sum = 0.0;
        var (start, end) = filters.InputsOf(output);
        for (var i = start; i < end; i++)
        {
            if (!filters.Reads(output, i)) continue;
            var constant = _constants[node.Input][i];
            // With padding the taps at the border are missing, so the sum differs there.
            kind = Max(kind, constant != 0 && node.Padding > 0 ? ChannelKind.Pattern : _kinds[node.Input][i]);
            foreach (double w in filters.Kernel(output, i)) sum += w * constant;
        }

        Set(v, output, kind, sum + (node.Bias is null ? 0 : _model.Weights[node.Bias].Data[output]));
    }

    private void EvaluateActivation(int v, int input, double slope)
    {
        for (var c = 0; c < _kinds[v].Length; c++) Set(v, c, _kinds[input][c], ScalarActivation.Apply(_constants[input][c], slope));
    }

    private void Copy(int v, int at, int input)
    {
        for (var c = 0; c < _kinds[input].Length; c++) Set(v, at + c, _kinds[input][c], _constants[input][c]);
    }

    private void Set(int v, int channel, ChannelKind kind, double constant)
    {
        if (!_needed[v][channel]) return;
        _kinds[v][channel] = kind;
        _constants[v][channel] = kind == ChannelKind.Constant ? constant : 0;
    }

    private static ChannelKind Max(ChannelKind a, ChannelKind b) => a > b ? a : b;
}
