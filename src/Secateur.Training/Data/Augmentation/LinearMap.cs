using System.Numerics;
using System.Runtime.InteropServices;

namespace Secateur.Training.Data.Augmentation;

/// <summary>Every value of a region times a factor plus an offset.</summary>
internal static class LinearMap
{
    public static void Apply(ImageRegion region, float factor, float offset)
    {
        var values = new float[region.Width * 3];
        for (var y = region.Top; y < region.Bottom; y++)
        {
            var row = region.Row(y);
            PixelVectors.ToFloat(row, values);
            var vectors = MemoryMarshal.Cast<float, Vector<float>>(values.AsSpan());
            foreach (ref var vector in vectors) vector = (vector * factor) + new Vector<float>(offset);
            for (var i = vectors.Length * Vector<float>.Count; i < values.Length; i++) values[i] = (values[i] * factor) + offset;
            PixelVectors.ToBytes(values, row);
        }
    }
}
