using System.Numerics;
using System.Runtime.CompilerServices;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;

namespace Secateur.Kernels.AveragePool;

/// <summary>Average pooling of a plane: first down the columns of a row's windows, a vector at a time, then along the row.</summary>
internal static unsafe class PlaneAveragePool
{
    /// <summary>Floats of <c>columns</c> that <see cref="Run"/> needs for rows of this width.</summary>
    public static int ScratchFloats(int width) => CacheLines.RoundUp(width + Vector<float>.Count);

    /// <summary>output[y, x] = the mean of the input's pixels in the window at y, x.</summary>
    /// <param name="input">First pixel of the input.</param>
    /// <param name="from">Its layout.</param>
    /// <param name="output">First pixel of the result.</param>
    /// <param name="to">Its layout.</param>
    /// <param name="window">Kernel, stride and padding, at most half of the kernel.</param>
    /// <param name="countPadding">Whether what is padded counts as zeros, or not at all.</param>
    /// <param name="columns">Scratch memory.</param>
    [MethodImpl(KernelCode.Options)]
    public static void Run(float* input, PlanarLayout from, float* output, PlanarLayout to, ConvGeometry window, bool countPadding, float* columns)
    {
        for (var y = 0; y < to.Height; y++)
        {
            var top = (y * window.Stride) - window.Padding;
            var (first, last) = (Math.Max(top, 0), Math.Min(top + window.Kernel, from.Height) - 1);
            Columns(input + ((nint)first * from.Pitch), last - first, from.Pitch, from.Width, columns);
            var row = output + ((nint)y * to.Pitch);
            for (var x = 0; x < to.Width; x++)
            {
                var left = (x * window.Stride) - window.Padding;
                var (start, end) = (Math.Max(left, 0), Math.Min(left + window.Kernel, from.Width));
                var sum = columns[start];
                for (var i = start + 1; i < end; i++) sum += columns[i];
                row[x] = sum / (countPadding ? window.Kernel * window.Kernel : (last - first + 1) * (end - start));
            }
        }
    }

    /// <summary>The sum of each column over a row and <paramref name="more"/> rows below it; whole vectors.</summary>
    private static void Columns(float* row, int more, int pitch, int width, float* columns)
    {
        for (var x = 0; x < width; x += Vector<float>.Count)
        {
            var sum = Vector.Load(row + x);
            for (var r = 1; r <= more; r++) sum += Vector.Load(row + ((nint)r * pitch) + x);
            sum.Store(columns + x);
        }
    }
}
