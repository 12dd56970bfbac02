using System.Numerics;
using System.Runtime.InteropServices;

namespace Secateur.Training.Data.Augmentation;

/// <summary>Bytes to floats and back, a vector at a time. The results do not depend on the vector width.</summary>
internal static class PixelVectors
{
    /// <summary>Widens bytes to floats of the same value.</summary>
    public static void ToFloat(ReadOnlySpan<byte> source, Span<float> target)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(target[..source.Length]);
        var chunks = MemoryMarshal.Cast<byte, Vector<byte>>(source);
        for (var i = 0; i < chunks.Length; i++)
        {
            Vector.Widen(chunks[i], out var lower, out var upper);
            (vectors[4 * i], vectors[(4 * i) + 1]) = ToFloat(lower);
            (vectors[(4 * i) + 2], vectors[(4 * i) + 3]) = ToFloat(upper);
        }

        for (var i = chunks.Length * Vector<byte>.Count; i < source.Length; i++) target[i] = source[i];
    }

    /// <summary>Rounds floats to bytes (halves up); what lies outside 0 to 255 is clamped.</summary>
    public static void ToBytes(ReadOnlySpan<float> source, Span<byte> target)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(source[..target.Length]);
        var chunks = MemoryMarshal.Cast<byte, Vector<byte>>(target);
        for (var i = 0; i < chunks.Length; i++)
        {
            var lower = Vector.Narrow(Round(vectors[4 * i]), Round(vectors[(4 * i) + 1]));
            var upper = Vector.Narrow(Round(vectors[(4 * i) + 2]), Round(vectors[(4 * i) + 3]));
            chunks[i] = Vector.Narrow(lower, upper).As<sbyte, byte>();
        }

        for (var i = chunks.Length * Vector<byte>.Count; i < target.Length; i++) target[i] = (byte)Math.Clamp(source[i] + 0.5f, 0, 255);
    }

    private static (Vector<float> Lower, Vector<float> Upper) ToFloat(Vector<ushort> values)
    {
        Vector.Widen(values, out var lower, out var upper);
        return (Vector.ConvertToSingle(lower.As<uint, int>()), Vector.ConvertToSingle(upper.As<uint, int>()));
    }

    private static Vector<int> Round(Vector<float> values) =>
        Vector.ConvertToInt32(Vector.Min(Vector.Max(values + new Vector<float>(0.5f), Vector<float>.Zero), new Vector<float>(255)));
}
