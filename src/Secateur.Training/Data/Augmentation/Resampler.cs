using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.Intrinsics;
using Secateur.Pixels;

namespace Secateur.Training.Data.Augmentation;

/// <summary>
/// Separable resampling of a square window of an image: for every target row a weighted sum of source rows, then for every target pixel a
/// weighted sum along it.
/// </summary>
internal static unsafe class Resampler
{
    /// <summary>Resamples a window to a square; where it reaches outside the source it is filled with the mean colour.</summary>
    /// <param name="source">The image.</param>
    /// <param name="axes">The window and the filter, for an image of this size.</param>
    /// <param name="mean">The mean colour that the network subtracts: red, green, blue.</param>
    /// <returns>The part of the result that shows the source.</returns>
    public static ImageRegion Resample(RgbImage source, ResampleAxes axes, ImmutableArray<float> mean)
    {
        var (columns, rows) = (axes.Columns, axes.Rows);
        var (width, height) = (columns.First.Length, rows.First.Length);
        var target = new RgbImage(width, height, GC.AllocateUninitializedArray<byte>(width * height * 3));
        var shown = new ImageRegion(target, axes.Left, axes.Top, axes.Right, axes.Bottom);
        if (shown != ImageRegion.Whole(target)) FillWith(target, mean);
        Fill(source, columns, rows, shown);
        return shown;
    }

    /// <summary>The byte values of the colour outside of the image: red, green, blue.</summary>
    public static byte[] FillColor(ImmutableArray<float> mean) => [.. mean.Select(value => (byte)Math.Clamp(MathF.Round(value), 0, byte.MaxValue))];

    private static void FillWith(RgbImage image, ImmutableArray<float> mean)
    {
        var color = FillColor(mean);
        var row = image.Pixels.AsSpan(0, image.Width * 3);
        for (var i = 0; i < row.Length; i++) row[i] = color[i % 3];
        for (var at = row.Length; at < image.Pixels.Length; at += row.Length) row.CopyTo(image.Pixels.AsSpan(at));
    }

    private static void Fill(RgbImage source, ResampleAxis columns, ResampleAxis rows, ImageRegion target)
    {
        if (target.Width == 0) return;
        var used = columns.First.AsSpan(target.Left, target.Width);
        var (left, right) = (Math.Min(used[0], used[^1]), Math.Max(used[0], used[^1]) + columns.Taps);
        // One float more at the ends: pixels of three floats are moved as vectors of four.
        var sourceRow = new float[((right - left) * 3) + 1];
        var targetRow = new float[(target.Width * 3) + 1];
        fixed (byte* pixels = source.Pixels)
        fixed (float* blended = sourceRow, result = targetRow)
        {
            for (var y = target.Top; y < target.Bottom; y++)
            {
                var from = pixels + (((rows.First[y] * (long)source.Width) + left) * 3);
                BlendRows(from, source.Width * 3, rows.Weights.AsSpan(y * rows.Taps, rows.Taps), blended, (right - left) * 3);
                BlendColumns(blended - (left * 3), columns, target.Left, target.Right, result);
                PixelVectors.ToBytes(targetRow, target.Row(y));
            }
        }
    }

    private static void BlendRows(byte* rows, int stride, ReadOnlySpan<float> weights, float* result, int length)
    {
        var width = Vector<float>.Count;
        var at = 0;
        for (; at <= length - Vector<byte>.Count; at += Vector<byte>.Count)
        {
            var (a, b, c, d) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
            var row = rows + at;
            foreach (var weight in weights)
            {
                Vector.Widen(Vector.Load(row), out var lower, out var upper);
                Vector.Widen(lower, out var first, out var second);
                Vector.Widen(upper, out var third, out var fourth);
                a += Vector.ConvertToSingle(first.As<uint, int>()) * weight;
                b += Vector.ConvertToSingle(second.As<uint, int>()) * weight;
                c += Vector.ConvertToSingle(third.As<uint, int>()) * weight;
                d += Vector.ConvertToSingle(fourth.As<uint, int>()) * weight;
                row += stride;
            }

            a.Store(result + at);
            b.Store(result + at + width);
            c.Store(result + at + (2 * width));
            d.Store(result + at + (3 * width));
        }

        for (; at < length; at++)
        {
            var sum = 0f;
            for (var t = 0; t < weights.Length; t++) sum += rows[at + (t * (long)stride)] * weights[t];
            result[at] = sum;
        }
    }

    private static void BlendColumns(float* row, ResampleAxis columns, int left, int right, float* result)
    {
        var taps = columns.Taps;
        fixed (float* allWeights = columns.Weights)
        fixed (int* first = columns.First)
        {
            for (var x = left; x < right; x++, result += 3)
            {
                var pixel = row + (first[x] * 3);
                var weights = allWeights + (x * taps);
                var sum = Vector128.Load(pixel) * weights[0];
                for (var t = 1; t < taps; t++) sum += Vector128.Load(pixel + (t * 3)) * weights[t];
                sum.Store(result);
            }
        }
    }
}
