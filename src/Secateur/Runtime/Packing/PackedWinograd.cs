using Secateur.Kernels;
using Secateur.Kernels.Conv2d;

namespace Secateur.Runtime.Packing;

/// <summary>The factors of a 3 x 3 convolution's weights at the points of <see cref="WinogradPoints"/>, in the order in which the kernels read them.</summary>
internal sealed class PackedWinograd
{
    private PackedWinograd(int inputs, ChannelBlock[] blocks, float[] factors, float[] bias) =>
        (Inputs, Blocks, Factors, Bias) = (inputs, blocks, factors, bias);

    /// <summary>Input channels.</summary>
    public int Inputs { get; }

    /// <summary>Output channels.</summary>
    public int Outputs => Bias.Length;

    /// <summary>Input channels times kernel columns.</summary>
    public int Taps => Inputs * WinogradPoints.Taps;

    /// <summary>The blocks of output channels, in order.</summary>
    public ChannelBlock[] Blocks { get; }

    /// <summary>A block after another, each [Taps, <see cref="WinogradPoints.Inputs"/>, Size].</summary>
    public float[] Factors { get; }

    /// <summary>[O]; zeros when the layer has none.</summary>
    public float[] Bias { get; }

    /// <summary>Transforms and packs a weight [O, I, 3, 3].</summary>
    public static PackedWinograd Create(Tensor weight, Tensor? bias)
    {
        const int Side = WinogradPoints.Taps;
        var (outputs, inputs) = (weight.Shape[0], weight.Shape[1]);
        var taps = inputs * Side;
        ChannelBlock[] blocks = [.. PackedConv.SplitChannels(0, outputs, WinogradConv.MaxBlock)];
        var factors = new float[outputs * taps * WinogradPoints.Inputs];
        foreach (var block in blocks)
        {
            for (var i = 0; i < block.Size; i++)
            {
                for (var k = 0; k < taps; k++)
                {
                    var (channel, column) = Math.DivRem(k, Side);
                    var from = (((((block.First + i) * inputs) + channel) * Side) * Side) + column;
                    var values = WinogradPoints.Factors([weight.Data[from], weight.Data[from + Side], weight.Data[from + (2 * Side)]]);
                    for (var e = 0; e < values.Length; e++) factors[(((block.First * taps) + (k * block.Size)) * values.Length) + (e * block.Size) + i] = (float)values[e];
                }
            }
        }

        return new PackedWinograd(inputs, blocks, factors, bias?.Data ?? new float[outputs]);
    }
}
