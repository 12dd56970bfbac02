using Secateur.Kernels;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;

namespace Secateur.Runtime.Packing;

/// <summary>The weights of a convolution in the order in which the kernels read them; independent of the input size.</summary>
internal sealed class PackedConv
{
    private PackedConv(ConvGeometry geometry, int groupChannels, ChannelBlock[] blocks, float[] weights, float[] bias)
    {
        (Geometry, GroupChannels, Blocks, Weights, Bias) = (geometry, groupChannels, blocks, weights, bias);
        BlockRuns = RunsOf(blocks);
    }

    /// <summary>Kernel, stride, padding, groups.</summary>
    public ConvGeometry Geometry { get; }

    /// <summary>Input channels a group.</summary>
    public int GroupChannels { get; }

    /// <summary>Input channels of a group times kernel places.</summary>
    public int Taps => GroupChannels * Geometry.Kernel * Geometry.Kernel;

    /// <summary>One output and one input channel a group.</summary>
    public bool IsDepthwise => GroupChannels == 1 && Geometry.Groups == Bias.Length;

    /// <summary>The blocks, in order.</summary>
    public ChannelBlock[] Blocks { get; }

    /// <summary>The blocks again: how many of one size and group follow the first of them.</summary>
    public (ChannelBlock Block, int More)[] BlockRuns { get; }

    /// <summary>A block after another, each [Taps, Size].</summary>
    public float[] Weights { get; }

    /// <summary>[O]; zeros when the layer has none.</summary>
    public float[] Bias { get; }

    /// <summary>Packs a weight [O, I / groups, K, K].</summary>
    public static PackedConv Create(Tensor weight, Tensor? bias, ConvGeometry geometry, SimdLevel level)
    {
        var outputs = weight.Shape[0];
        var perGroup = outputs / geometry.Groups;
        var taps = weight.Length / outputs;
        var blocks = Enumerable.Range(0, geometry.Groups).SelectMany(g => SplitChannels(g, perGroup, level)).ToArray();
        var packed = new float[weight.Length];
        var at = 0;
        foreach (var block in blocks)
        {
            for (var k = 0; k < taps; k++)
            {
                for (var i = 0; i < block.Size; i++) packed[at++] = weight.Data[((block.First + i) * taps) + k];
            }
        }

        return new PackedConv(geometry, weight.Shape[1], blocks, packed, bias?.Data ?? new float[outputs]);
    }

    private static (ChannelBlock Block, int More)[] RunsOf(ChannelBlock[] blocks)
    {
        var runs = new List<(ChannelBlock Block, int More)>();
        foreach (var block in blocks)
        {
            if (runs is [.., var (last, more)] && (last.Size, last.Group) == (block.Size, block.Group)) runs[^1] = (last, more + 1);
            else runs.Add((block, 0));
        }

        return [.. runs];
    }

    /// <summary>Splits a group's channels into blocks of nearly equal size: 13 become 7 and 6, not 8 and 5.</summary>
    public static IEnumerable<ChannelBlock> SplitChannels(int group, int count, SimdLevel level) => SplitChannels(group, count, DenseConv.BlockFor(level));

    /// <summary>Splits a group's channels into blocks of at most <paramref name="max"/>.</summary>
    public static IEnumerable<ChannelBlock> SplitChannels(int group, int count, int max)
    {
        var blocks = (count + max - 1) / max;
        for (var b = 0; b < blocks; b++)
        {
            var (start, end) = (count * b / blocks, count * (b + 1) / blocks);
            yield return new ChannelBlock((group * count) + start, end - start, group);
        }
    }
}
