using System.Numerics;
using Secateur.Kernels.Layout;

namespace Secateur.Kernels.Upsample;

/// <summary><see cref="NearestReference"/> and <see cref="BilinearReference"/> over planes.</summary>
internal static unsafe class PlaneUpsample
{
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
        // Rows are mixed first (vectors), columns after (gather).
        var mixed = stackalloc float[from.Width];
        var width = Vector<float>.Count;
        for (var y = 0; y < to.Height; y++)
        {
            var tap = BilinearTap.At(y, from.Height, to.Height);
            var low = source + (tap.Low * from.Pitch);
            var high = source + (tap.High * from.Pitch);
            var x = 0;
            for (; x + width <= from.Width; x += width)
            {
                var a = Vector.Load(low + x);
                (a + ((Vector.Load(high + x) - a) * tap.T)).Store(mixed + x);
            }

            for (; x < from.Width; x++) mixed[x] = low[x] + ((high[x] - low[x]) * tap.T);
            var row = target + (y * to.Pitch);
            for (var i = 0; i < columns.Length; i++)
            {
                var left = mixed[columns[i].Low];
                row[i] = left + ((mixed[columns[i].High] - left) * columns[i].T);
            }
        }
    }
}
