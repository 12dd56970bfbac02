using System.Numerics;
using Secateur.Kernels.Layout;

namespace Secateur.Kernels.Upsample;

/// <summary><see cref="NearestReference"/> and <see cref="BilinearReference"/> over planes.</summary>
internal static unsafe class PlaneUpsample
{
    // Source columns mixed at a time: on the stack, however wide the image.
    private const int Block = 1024;

    /// <summary>Nearest.</summary>
    /// <param name="source">Position 0 of the input plane.</param>
    /// <param name="from">Its layout.</param>
    /// <param name="target">Position 0 of the output plane.</param>
    /// <param name="to">Its layout.</param>
    /// <param name="columns">The source column of each output column, [to.Width].</param>
    public static void Nearest(float* source, PlanarLayout from, float* target, PlanarLayout to, ReadOnlySpan<int> columns)
    {
        var previous = -1;
        for (var y = 0; y < to.Height; y++)
        {
            var row = target + (y * to.Pitch);
            var sy = NearestReference.Source(y, from.Height, to.Height);
            if (sy == previous)
            {
                new ReadOnlySpan<float>(row - to.Pitch, to.Width).CopyTo(new Span<float>(row, to.Width));
            }
            else
            {
                var line = source + (sy * from.Pitch);
                for (var x = 0; x < columns.Length; x++) row[x] = line[columns[x]];
            }

            previous = sy;
        }
    }

    /// <summary>Bilinear; parameters as for nearest, with a tap a column.</summary>
    public static void Bilinear(float* source, PlanarLayout from, float* target, PlanarLayout to, ReadOnlySpan<BilinearTap> columns)
    {
        // Rows are mixed first (vectors), columns after (gather), a block of source columns at a time.
        var mixed = stackalloc float[Block];
        for (var y = 0; y < to.Height; y++)
        {
            var tap = BilinearTap.At(y, from.Height, to.Height);
            var low = source + (tap.Low * from.Pitch);
            var high = source + (tap.High * from.Pitch);
            var row = target + (y * to.Pitch);
            for (int start = 0, end = 0; start < columns.Length; start = end)
            {
                var first = columns[start].Low;
                while (end < columns.Length && columns[end].High - first < Block) end++;
                MixRows(low + first, high + first, tap.T, mixed, columns[end - 1].High - first + 1);
                for (var i = start; i < end; i++)
                {
                    var left = mixed[columns[i].Low - first];
                    row[i] = left + ((mixed[columns[i].High - first] - left) * columns[i].T);
                }
            }
        }
    }

    private static void MixRows(float* low, float* high, float t, float* mixed, int count)
    {
        var width = Vector<float>.Count;
        var x = 0;
        for (; x + width <= count; x += width)
        {
            var a = Vector.Load(low + x);
            (a + ((Vector.Load(high + x) - a) * t)).Store(mixed + x);
        }

        for (; x < count; x++) mixed[x] = low[x] + ((high[x] - low[x]) * t);
    }
}
