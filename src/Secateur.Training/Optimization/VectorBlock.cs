using System.Numerics;

namespace Secateur.Training.Optimization;

/// <summary>Vectors of a span, the last one padded with zeros, so that an update is written once for body and tail.</summary>
internal static class VectorBlock
{
    /// <summary>The vector from <paramref name="at"/> on.</summary>
    public static Vector<float> Load(ReadOnlySpan<float> values, int at)
    {
        if (at + Vector<float>.Count <= values.Length) return new Vector<float>(values[at..]);
        Span<float> padded = stackalloc float[Vector<float>.Count];
        padded.Clear();
        values[at..].CopyTo(padded);
        return new Vector<float>(padded);
    }

    /// <summary>Writes the vector from <paramref name="at"/> on, without what sticks out.</summary>
    public static void Store(Vector<float> vector, Span<float> values, int at)
    {
        if (at + Vector<float>.Count <= values.Length)
        {
            vector.CopyTo(values[at..]);
            return;
        }

        Span<float> padded = stackalloc float[Vector<float>.Count];
        vector.CopyTo(padded);
        padded[..(values.Length - at)].CopyTo(values[at..]);
    }
}
