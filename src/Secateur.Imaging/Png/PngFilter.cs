using System.Numerics;
using System.Runtime.InteropServices;

namespace Secateur.Imaging.Png;

/// <summary>The row filters of PNG (PNG specification, section 9): a byte is stored as its difference to a prediction from its neighbours.</summary>
internal static class PngFilter
{
    public const int None = 0;
    public const int Sub = 1;
    public const int Up = 2;
    public const int Average = 3;
    public const int Paeth = 4;

    /// <summary>Restores a row in place.</summary>
    /// <param name="filter">One of the five filters.</param>
    /// <param name="row">The filtered bytes.</param>
    /// <param name="above">The restored row above, zeros above the first.</param>
    /// <param name="pixelBytes">The distance to the byte on the left: bytes a pixel, at least 1.</param>
    public static void Restore(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        switch (filter)
        {
            case Sub:
                for (var i = pixelBytes; i < row.Length; i++) row[i] += row[i - pixelBytes];
                break;
            case Up:
                AddVectors(row, above);
                break;
            case Average:
                for (var i = 0; i < row.Length; i++) row[i] += (byte)(((i < pixelBytes ? 0 : row[i - pixelBytes]) + above[i]) / 2);
                break;
            case Paeth:
                for (var i = 0; i < row.Length; i++)
                    row[i] += i < pixelBytes ? above[i] : Nearest(row[i - pixelBytes], above[i], above[i - pixelBytes]);
                break;
        }
    }

    /// <summary>Writes the filtered bytes of <paramref name="row"/> to <paramref name="result"/>; the inverse of <see cref="Restore"/>.</summary>
    public static void Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int pixelBytes, Span<byte> result)
    {
        switch (filter)
        {
            case None:
                row.CopyTo(result);
                break;
            case Sub:
                row[..pixelBytes].CopyTo(result);
                for (var i = pixelBytes; i < row.Length; i++) result[i] = (byte)(row[i] - row[i - pixelBytes]);
                break;
            case Up:
                for (var i = 0; i < row.Length; i++) result[i] = (byte)(row[i] - above[i]);
                break;
            case Average:
                for (var i = 0; i < row.Length; i++) result[i] = (byte)(row[i] - (((i < pixelBytes ? 0 : row[i - pixelBytes]) + above[i]) / 2));
                break;
            case Paeth:
                for (var i = 0; i < row.Length; i++)
                    result[i] = (byte)(row[i] - (i < pixelBytes ? above[i] : Nearest(row[i - pixelBytes], above[i], above[i - pixelBytes])));
                break;
        }
    }

    private static void AddVectors(Span<byte> row, ReadOnlySpan<byte> above)
    {
        var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(row);
        var vectorsAbove = MemoryMarshal.Cast<byte, Vector<byte>>(above);
        for (var i = 0; i < vectors.Length; i++) vectors[i] += vectorsAbove[i];
        for (var i = vectors.Length * Vector<byte>.Count; i < row.Length; i++) row[i] += above[i];
    }

    /// <summary>Paeth's predictor: the neighbour that is nearest to left + above - corner.</summary>
    private static byte Nearest(int left, int above, int corner)
    {
        var toLeft = Math.Abs(above - corner);
        var toAbove = Math.Abs(left - corner);
        var toCorner = Math.Abs(left + above - (2 * corner));
        return (byte)(toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner);
    }
}
