using System.Numerics;
using System.Runtime.InteropServices;

namespace Secateur.Pixels;

/// <summary>
/// Bilinear resizing by a factor, equal in every pixel to OpenCV's <c>cv2.resize(src, None, None, fx=f, fy=f, interpolation=INTER_LINEAR)</c>
/// on 8-bit RGB: 11-bit fixed-point weights, the sampling step 1 / f (not the quotient of the sizes), no anti-aliasing; a factor of 0.5
/// takes the mean of 2 x 2 pixels.
/// </summary>
public static class BilinearResizer
{
    private const int WeightOne = 2048;

    /// <summary>The size of a picture after resizing: each side times the factor, rounded (halves to even), at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive, the factor is not positive and finite, or a side of the result exceeds <see cref="int.MaxValue"/>.</exception>
    public static (int Width, int Height) ScaledSize(int width, int height, double factor)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (!(factor > 0) || factor * Math.Max(width, height) > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(factor), factor, $"a factor to resize {width} x {height} pixels by must be positive and finite, and not exceed the largest size");
        return (Side(width), Side(height));

        int Side(int length) => Math.Max(1, (int)Math.Round(length * factor, MidpointRounding.ToEven));
    }

    /// <summary>Resizes both sides by <paramref name="factor"/>; the result has <see cref="ScaledSize"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The factor is not positive and finite, or the result is too large for one array.</exception>
    public static RgbImage Resize(RgbImage source, double factor)
    {
        var (width, height) = ScaledSize(source.Width, source.Height, factor);
        if ((long)width * height * 3 > Array.MaxLength)
            throw new ArgumentOutOfRangeException(nameof(factor), factor, $"{width} x {height} pixels do not fit into one array");
        var target = new RgbImage(width, height, GC.AllocateUninitializedArray<byte>(width * height * 3));
        if (1 / factor == 2)
            BoxHalver.Halve(source, target);
        else
            Interpolate(source, target, 1 / factor);
        return target;
    }

    private static void Interpolate(RgbImage source, RgbImage target, double step)
    {
        var columns = Columns(source.Width, target.Width, step);
        var stride = target.Width * 3;
        var (upper, lower) = (new int[stride], new int[stride]);
        var (upperRow, lowerRow) = (-1, -1);
        for (var y = 0; y < target.Height; y++)
        {
            var (row, fraction) = SourcePosition(y, step, source.Height);
            var (top, bottom) = (Math.Clamp(row, 0, source.Height - 1), Math.Clamp(row + 1, 0, source.Height - 1));
            if (top == lowerRow)
            {
                (upper, lower) = (lower, upper);
                (upperRow, lowerRow) = (lowerRow, upperRow);
            }
            if (top != upperRow) BlendColumns(SourceRow(top), columns, upper);
            if (bottom != lowerRow) BlendColumns(SourceRow(bottom), columns, lower);
            (upperRow, lowerRow) = (top, bottom);
            BlendRows(upper, lower, Weight(1 - fraction), Weight(fraction), target.Pixels.AsSpan(y * stride, stride));
        }

        ReadOnlySpan<byte> SourceRow(int row) => source.Pixels.AsSpan(row * source.Width * 3, source.Width * 3);
    }

    private static (int Index, float Fraction) SourcePosition(int target, double step, int length)
    {
        // Only a side that was raised to 1 pixel can lie beyond the end.
        var position = (float)Math.Min(((target + 0.5) * step) - 0.5, length);
        var index = (int)MathF.Floor(position);
        return (index, position - index);
    }

    private static int Weight(float fraction) => (int)MathF.Round(fraction * WeightOne, MidpointRounding.ToEven);

    /// <summary>Where a target column takes its two source pixels from (byte offsets in the row), and the weights.</summary>
    private readonly record struct Column(int Left, int Right, int LeftWeight, int RightWeight);

    private static Column[] Columns(int sourceWidth, int targetWidth, double step)
    {
        var columns = new Column[targetWidth];
        for (var x = 0; x < targetWidth; x++)
        {
            var (index, fraction) = SourcePosition(x, step, sourceWidth);
            columns[x] = index < 0 ? new Column(0, 0, WeightOne, 0)
                : index >= sourceWidth - 1 ? new Column((sourceWidth - 1) * 3, (sourceWidth - 1) * 3, WeightOne, 0)
                : new Column(index * 3, (index + 1) * 3, Weight(1 - fraction), Weight(fraction));
        }
        return columns;
    }

    /// <summary>The horizontal pass: sums of at most 255 * 2048, already shifted right by 4 as the vertical pass wants them.</summary>
    private static void BlendColumns(ReadOnlySpan<byte> row, ReadOnlySpan<Column> columns, Span<int> result)
    {
        for (var x = 0; x < columns.Length; x++)
        {
            ref readonly var column = ref columns[x];
            var left = row.Slice(column.Left, 3);
            var right = row.Slice(column.Right, 3);
            var pixel = result.Slice(x * 3, 3);
            pixel[0] = ((left[0] * column.LeftWeight) + (right[0] * column.RightWeight)) >> 4;
            pixel[1] = ((left[1] * column.LeftWeight) + (right[1] * column.RightWeight)) >> 4;
            pixel[2] = ((left[2] * column.LeftWeight) + (right[2] * column.RightWeight)) >> 4;
        }
    }

    private static void BlendRows(ReadOnlySpan<int> upper, ReadOnlySpan<int> lower, int upperWeight, int lowerWeight, Span<byte> result)
    {
        var uppers = MemoryMarshal.Cast<int, Vector<int>>(upper);
        var lowers = MemoryMarshal.Cast<int, Vector<int>>(lower);
        var results = MemoryMarshal.Cast<byte, Vector<byte>>(result);
        for (var i = 0; i < results.Length; i++)
        {
            var first = Vector.Narrow(Blend(uppers[4 * i], lowers[4 * i]), Blend(uppers[(4 * i) + 1], lowers[(4 * i) + 1]));
            var second = Vector.Narrow(Blend(uppers[(4 * i) + 2], lowers[(4 * i) + 2]), Blend(uppers[(4 * i) + 3], lowers[(4 * i) + 3]));
            results[i] = Vector.Narrow(first.As<short, ushort>(), second.As<short, ushort>());
        }
        for (var i = results.Length * Vector<byte>.Count; i < result.Length; i++)
            result[i] = (byte)((((upper[i] * upperWeight) >> 16) + ((lower[i] * lowerWeight) >> 16) + 2) >> 2);

        Vector<int> Blend(Vector<int> above, Vector<int> below) =>
            (((above * upperWeight) >> 16) + ((below * lowerWeight) >> 16) + new Vector<int>(2)) >> 2;
    }
}
