using System.Collections.Frozen;
using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Weights;

/// <summary>
/// What of a model runs in integers. A weight with scales is a whole number times the scale of its filter; a convolution that has such weights, and
/// reads a map that is held as bytes, computes its sums exactly, in integers of 32 bits.
/// </summary>
/// <remarks>
/// Weights have seven bits: two products with a byte then fit 16 bits, signed, so that AVX2's <c>vpmaddubsw</c> is exact, and every processor computes
/// the same as one with VNNI.
/// </remarks>
/// <param name="WeightScales">By the name of a convolution's weight, the scale of each filter, [O].</param>
/// <param name="Maps">By the name of a node, how its map is held.</param>
public sealed record ModelQuantization(FrozenDictionary<string, float[]> WeightScales, FrozenDictionary<string, MapQuantization> Maps)
{
    /// <summary>The largest whole number, in magnitude, that a weight is.</summary>
    public const int MostWeight = 64;

    /// <summary>The whole numbers of a weight, [O, I, K, K], in its order.</summary>
    internal sbyte[] IntegersOf(string weight, Tensor values)
    {
        var (scales, whole) = (WeightScales[weight], new sbyte[values.Length]);
        var size = values.Length / scales.Length;
        for (var i = 0; i < whole.Length; i++) whole[i] = (sbyte)MathF.Round(values.Data[i] / scales[i / size]);
        return whole;
    }

    /// <summary>What is wrong with it for a network and its weights; null when it fits.</summary>
    internal string? Misfit(Network network, IReadOnlyDictionary<string, Tensor> weights)
    {
        var nodes = network.Nodes.Select(n => n.Name).ToHashSet();
        if (Maps.Keys.FirstOrDefault(name => !nodes.Contains(name)) is { } stranger) return $"there is no node '{stranger}' whose map could be quantized";
        if (Maps.FirstOrDefault(map => !IsScale(map.Value.Scale)).Key is { } flat) return $"the scale of the map '{flat}' is {Maps[flat].Scale}, expected one above 0";
        if (network.Nodes.OfType<BatchNormNode>().FirstOrDefault() is { } norm) return $"it holds the batch norm '{norm.Name}'; a quantized network has none";
        foreach (var (name, scales) in WeightScales)
        {
            if (!weights.TryGetValue(name, out var weight)) return $"there is no weight '{name}' that could be quantized";
            if (weight.Shape.Count != 4 || scales.Length != weight.Shape[0]) return $"'{name}' has {scales.Length} scales for the shape [{string.Join(", ", weight.Shape)}]";
            var size = weight.Length / Math.Max(1, scales.Length);
            for (var o = 0; o < scales.Length; o++)
            {
                if (!IsScale(scales[o])) return $"scale {o} of '{name}' is {scales[o]}, expected one above 0";
                foreach (var value in weight.Data.AsSpan(o * size, size))
                {
                    if (!(MathF.Abs(value) <= (MostWeight + 0.4f) * scales[o])) return $"filter {o} of '{name}' has a weight beyond {MostWeight} times its scale";
                }
            }
        }

        return null;
    }

    private static bool IsScale(float scale) => float.IsNormal(scale) && scale > 0;
}
