using System.Numerics;
using Secateur.Kernels.Layout;

namespace Secateur.Kernels.Upsample;

/// <summary>Upsampling, nearest by <see cref="NearestSource"/> and bilinear by <see cref="BilinearTap"/>, over planes.</summary>
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
        var doubles = Doubles(columns);
        for (var y = 0; y < to.Height; y++)
        {
            var row = target + (y * to.Pitch);
            var sy = NearestSource.Of(y, from.Height, to.Height);
            if (sy == previous)
            {
                new ReadOnlySpan<float>(row - to.Pitch, to.Width).CopyTo(new Span<float>(row, to.Width));
            }
            else
            {
                var line = source + (sy * from.Pitch);
                if (doubles) Repeat(line, row, to.Width);
                else for (var x = 0; x < columns.Length; x++) row[x] = line[columns[x]];
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
            if (to.Width == 2 * from.Width)
            {
                Double(low, high, tap.T, mixed, from.Width, row);
                continue;
            }

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

    /// <summary>Whether every column is its source twice over; the last may stand once.</summary>
    private static bool Doubles(ReadOnlySpan<int> columns)
    {
        for (var x = 0; x < columns.Length; x++)
        {
            if (columns[x] != x / 2) return false;
        }

        return true;
    }

    /// <summary>row[x] = line[x / 2].</summary>
    private static void Repeat(float* line, float* row, int count)
    {
        var width = Vector<float>.Count;
        var x = 0;
        for (; x + (2 * width) <= count; x += 2 * width)
        {
            var values = Vector.Load(line + (x / 2));
            StoreInTurn(values, values, row + x);
        }

        for (; x < count; x++) row[x] = line[x / 2];
    }

    /// <summary>Mixes two rows, and makes two columns of each: a quarter of the way to the neighbour on either side. At the edges that is itself.</summary>
    private static void Double(float* low, float* high, float t, float* mixed, int columns, float* row)
    {
        const int Inner = Block - 2;
        var width = Vector<float>.Count;
        for (var start = 0; start < columns; start += Inner)
        {
            // The block, and the columns on both sides as far as there are any.
            var count = Math.Min(Inner, columns - start);
            var (before, after) = (start > 0 ? 1 : 0, start + count < columns ? 1 : 0);
            MixRows(low + start - before, high + start - before, t, mixed + 1 - before, count + before + after);
            if (before == 0) mixed[0] = mixed[1];
            if (after == 0) mixed[count + 1] = mixed[count];
            var target = row + (2 * start);
            var x = 0;
            for (; x + width <= count; x += width)
            {
                var (left, middle, right) = (Vector.Load(mixed + x), Vector.Load(mixed + x + 1), Vector.Load(mixed + x + 2));
                StoreInTurn(left + ((middle - left) * 0.75f), middle + ((right - middle) * 0.25f), target + (2 * x));
            }

            for (; x < count; x++)
            {
                target[2 * x] = mixed[x] + ((mixed[x + 1] - mixed[x]) * 0.75f);
                target[(2 * x) + 1] = mixed[x + 1] + ((mixed[x + 2] - mixed[x + 1]) * 0.25f);
            }
        }
    }

    /// <summary>One of the first, one of the second, and so on.</summary>
    private static void StoreInTurn(Vector<float> first, Vector<float> second, float* target)
    {
        // Pairs of floats are 64-bit integers whose lower half comes first.
        Vector.Widen(Vector.AsVectorUInt32(first), out var lowFirst, out var highFirst);
        Vector.Widen(Vector.AsVectorUInt32(second), out var lowSecond, out var highSecond);
        Vector.AsVectorSingle(lowFirst | (lowSecond << 32)).Store(target);
        Vector.AsVectorSingle(highFirst | (highSecond << 32)).Store(target + Vector<float>.Count);
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
