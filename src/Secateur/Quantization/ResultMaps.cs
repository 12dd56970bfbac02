using Secateur.Runtime.Memory;

namespace Secateur.Quantization;

/// <summary>Results of a network compared.</summary>
internal static class ResultMaps
{
    /// <summary>A copy of all values.</summary>
    public static float[] ValuesOf(ResultMap map)
    {
        var values = new float[map.Channels * map.Height * map.Width];
        for (var c = 0; c < map.Channels; c++)
        {
            for (var y = 0; y < map.Height; y++) map.Row(c, y).CopyTo(values.AsSpan(((c * map.Height) + y) * map.Width));
        }

        return values;
    }

    /// <summary>Raises the largest magnitude of each channel to what a map has.</summary>
    public static void Largest(ResultMap map, float[] channels)
    {
        for (var c = 0; c < channels.Length; c++)
        {
            for (var y = 0; y < map.Height; y++)
            {
                foreach (var value in map.Row(c, y)) channels[c] = Math.Max(channels[c], MathF.Abs(value));
            }
        }
    }

    /// <summary>The squared error over the variance of what was expected; 0 where that is all the same.</summary>
    public static double Difference(float[] expected, float[] found)
    {
        var mean = expected.Average(v => (double)v);
        var variance = expected.Sum(v => (v - mean) * (v - mean));
        return variance == 0 ? 0 : expected.Zip(found, (e, f) => ((double)e - f) * ((double)e - f)).Sum() / variance;
    }
}
