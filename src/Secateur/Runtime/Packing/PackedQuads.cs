using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Quads;
using Secateur.Runtime.Memory;

namespace Secateur.Runtime.Packing;

/// <summary>The whole numbers of a convolution's weights in the order in which the kernels read them; independent of the input size.</summary>
internal sealed class PackedQuads
{
    private const int PerTap = ByteMap.Lanes * ByteMap.Lanes;

    private PackedQuads(ConvGeometry geometry, int[] planes, int outputs)
    {
        (Geometry, Planes) = (geometry, planes);
        Taps = planes.Length * geometry.Kernel * geometry.Kernel;
        Blocks = ByteMap.PlanesOf(outputs);
        Weights = new sbyte[Blocks * Taps * PerTap];
        ZeroSums = new double[outputs];
        (Orders, RunEnds) = (new int[Blocks][], new int[Blocks][]);
    }

    /// <summary>Kernel, stride, padding.</summary>
    public ConvGeometry Geometry { get; }

    /// <summary>The planes of the input that it reads.</summary>
    public int[] Planes { get; }

    /// <summary>Planes times kernel places.</summary>
    public int Taps { get; }

    /// <summary>Filters by four, those that are missing in the last all zero.</summary>
    public int Blocks { get; }

    /// <summary>[block, tap, 4 filters, 4 channels], the taps in the block's order.</summary>
    public sbyte[] Weights { get; }

    /// <summary>Of each block the order of its taps, each a plane and a kernel place; see <see cref="QuadConv.Arrange"/>.</summary>
    public int[][] Orders { get; }

    /// <summary>Of each block how many taps there are up to the end of each run.</summary>
    public int[][] RunEnds { get; }

    /// <summary>Of each filter, the sum where all channels are zero.</summary>
    public double[] ZeroSums { get; }

    /// <summary>Packs whole numbers [O, I, K, K] for an input.</summary>
    public static PackedQuads Create(ReadOnlySpan<sbyte> weights, int outputs, ConvGeometry geometry, ByteMap input)
    {
        int[] planes = [.. input.Slots.Select(slot => slot / ByteMap.Lanes).Distinct().Order()];
        var packed = new PackedQuads(geometry, planes, outputs);
        var places = geometry.Kernel * geometry.Kernel;
        for (var o = 0; o < outputs; o++)
        {
            for (var i = 0; i < input.Slots.Length; i++)
            {
                var (plane, lane) = (Array.IndexOf(planes, input.Slots[i] / ByteMap.Lanes), input.Slots[i] % ByteMap.Lanes);
                for (var k = 0; k < places; k++)
                {
                    var weight = weights[(((o * input.Slots.Length) + i) * places) + k];
                    var tap = (plane * places) + k;
                    packed.Weights[((((o / ByteMap.Lanes) * packed.Taps) + tap) * PerTap) + (o % ByteMap.Lanes * ByteMap.Lanes) + lane] = weight;
                    packed.ZeroSums[o] += weight * (double)input.Zeros[i];
                }
            }
        }

        for (var b = 0; b < packed.Blocks; b++)
        {
            var block = packed.Weights.AsSpan(b * packed.Taps * PerTap, packed.Taps * PerTap);
            var plain = block.ToArray();
            (packed.Orders[b], packed.RunEnds[b]) = QuadConv.Arrange(plain);
            for (var t = 0; t < packed.Taps; t++) plain.AsSpan(packed.Orders[b][t] * PerTap, PerTap).CopyTo(block[(t * PerTap)..]);
        }

        return packed;
    }
}
