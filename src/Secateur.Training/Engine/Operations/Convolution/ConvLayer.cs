using Secateur.Graph;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;
using Secateur.Runtime.Packing;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>
/// A convolution's weights, [O, I / groups, K, K] in the parameter vector, and their copies in the orders in which the kernels read them; one
/// for all nodes that share them. The copies are renewed before each forward pass.
/// </summary>
internal sealed class ConvLayer
{
    private readonly int _kernel;
    private readonly int _groups;

    public ConvLayer(Network network, Conv2dNode node, ParameterVector parameters, SimdLevel level)
    {
        var shape = network.Parameter(node.Weight).Shape;
        (Outputs, GroupInputs, _kernel, _groups) = (shape[0], shape[1], shape[2], node.Groups);
        WeightStart = parameters.RangeOf(node.Weight).Start.Value;
        BiasStart = node.Bias is null ? null : parameters.RangeOf(node.Bias).Start.Value;
        OutputBlocks = [.. PackedConv.SplitChannels(0, GroupOutputs, level)];
        InputBlocks = [.. PackedConv.SplitChannels(0, GroupInputs, level)];
        var stride = node.Stride;
        Forward = new float[shape[0] * Taps];
        Bias = new float[Outputs];

        PhaseTaps = [.. Enumerable.Range(0, stride).Select(p => new TapGeometry(network.GeometryOf(node)).GradientTaps(p).Select(t => t.Tap).ToArray())];
        Backward = new float[stride * stride][];
        for (var p = 0; p < Backward.Length; p++)
            Backward[p] = new float[_groups * GroupInputs * GroupOutputs * PhaseTaps[p / stride].Length * PhaseTaps[p % stride].Length];
    }

    public int Outputs { get; }

    public int GroupInputs { get; }

    public int GroupOutputs => Outputs / _groups;

    /// <summary>Taps of an output channel: input channels of a group times kernel places.</summary>
    public int Taps => GroupInputs * _kernel * _kernel;

    /// <summary>Number of weights.</summary>
    public int WeightCount => Outputs * Taps;

    /// <summary>Where the weights lie in the parameter vector.</summary>
    public int WeightStart { get; }

    /// <summary>Where the bias lies; null when there is none.</summary>
    public int? BiasStart { get; }

    /// <summary>Output channels of a group that are computed together.</summary>
    public ChannelBlock[] OutputBlocks { get; }

    /// <summary>Input channels of a group whose gradients are computed together.</summary>
    public ChannelBlock[] InputBlocks { get; }

    /// <summary>For each phase along an axis the kernel places that meet it.</summary>
    public int[][] PhaseTaps { get; }

    /// <summary>A group after another, in each a block after another, [Taps, block].</summary>
    public float[] Forward { get; }

    /// <summary>[O]; zeros when there is none.</summary>
    public float[] Bias { get; }

    /// <summary>For each phase (row, column) a group after another, in each a block of input channels after another, [outputs * places, block].</summary>
    public float[][] Backward { get; }

    /// <summary>Renews the copies.</summary>
    public void Pack(float[] parameters)
    {
        var weights = parameters.AsSpan(WeightStart, WeightCount);
        if (BiasStart is { } bias) parameters.AsSpan(bias, Outputs).CopyTo(Bias);
        var at = 0;
        for (var group = 0; group < _groups; group++)
        {
            foreach (var block in OutputBlocks)
            {
                var first = (group * GroupOutputs) + block.First;
                for (var k = 0; k < Taps; k++)
                {
                    for (var i = 0; i < block.Size; i++) Forward[at++] = weights[((first + i) * Taps) + k];
                }
            }
        }

        for (var phase = 0; phase < Backward.Length; phase++)
            PackBackward(weights, PhaseTaps[phase / PhaseTaps.Length], PhaseTaps[phase % PhaseTaps.Length], Backward[phase]);
    }

    private void PackBackward(ReadOnlySpan<float> weights, int[] rows, int[] columns, float[] target)
    {
        var at = 0;
        for (var group = 0; group < _groups; group++)
        {
            foreach (var block in InputBlocks)
            {
                for (var o = group * GroupOutputs; o < (group + 1) * GroupOutputs; o++)
                {
                    foreach (var ky in rows)
                    {
                        foreach (var kx in columns)
                        {
                            for (var i = 0; i < block.Size; i++)
                                target[at++] = weights[(o * Taps) + ((((block.First + i) * _kernel) + ky) * _kernel) + kx];
                        }
                    }
                }
            }
        }
    }
}
