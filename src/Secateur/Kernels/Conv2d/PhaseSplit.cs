using Secateur.Kernels.Layout;

namespace Secateur.Kernels.Conv2d;

/// <summary>What phase planes must hold: every <paramref name="Stride"/>-th pixel, and as far around the output pixel as taps reach.</summary>
internal readonly record struct PhaseReach(int Stride, int Before, int After);

/// <summary>Copies a plane into one plane a phase: plane (py, px) holds the pixels (stride * y + py, stride * x + px), zeros outside.</summary>
internal static unsafe class PhaseSplit
{
    /// <summary>Fills one phase plane, its halo included.</summary>
    /// <param name="source">Position 0 of the input plane.</param>
    /// <param name="from">Layout of the input plane.</param>
    /// <param name="target">Position 0 of the phase plane.</param>
    /// <param name="to">Layout of the phase plane: height and width of the convolution's output.</param>
    /// <param name="reach">Stride, and how far taps reach before and after an output pixel.</param>
    /// <param name="py">Row phase.</param>
    /// <param name="px">Column phase.</param>
    public static void Run(float* source, PlanarLayout from, float* target, PlanarLayout to, PhaseReach reach, int py, int px)
    {
        var (stride, before, after) = reach;

        // Columns first..last of the phase plane have a pixel; those around them, as far as taps reach, are zero.
        var first = Math.Max(-before, CeilingDivide(-px, stride));
        var last = Math.Min(to.Width + after - 1, FloorDivide(from.Width - 1 - px, stride));
        for (var y = -before; y < to.Height + after; y++)
        {
            var row = target + (y * to.Pitch);
            var sy = (stride * y) + py;
            if (sy < 0 || sy >= from.Height || last < first)
            {
                new Span<float>(row - before, to.Width + before + after).Clear();
                continue;
            }

            new Span<float>(row - before, first + before).Clear();
            Gather(source + (sy * from.Pitch) + (stride * first) + px, row + first, last - first + 1, stride);
            new Span<float>(row + last + 1, to.Width + after - 1 - last).Clear();
        }
    }

    /// <summary>target[i] = source[stride * i].</summary>
    public static void Gather(float* source, float* target, int count, int stride)
    {
        if (stride == 1)
        {
            new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(target, count));
            return;
        }

        var i = 0;
        for (; i + 4 <= count; i += 4)
        {
            target[i] = source[0];
            target[i + 1] = source[stride];
            target[i + 2] = source[2 * stride];
            target[i + 3] = source[3 * stride];
            source += 4 * stride;
        }

        for (; i < count; i++, source += stride) target[i] = *source;
    }

    private static int FloorDivide(int a, int b) => (int)Math.Floor(a / (double)b);

    private static int CeilingDivide(int a, int b) => (int)Math.Ceiling(a / (double)b);
}
