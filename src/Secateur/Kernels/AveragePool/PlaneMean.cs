using System.Numerics;
using Secateur.Kernels.Layout;

namespace Secateur.Kernels.AveragePool;

/// <summary>The mean of a plane: rows are summed in float, their sums in double, so that large planes lose nothing.</summary>
internal static unsafe class PlaneMean
{
    /// <summary>The mean of all pixels.</summary>
    /// <param name="input">First pixel.</param>
    /// <param name="layout">Of the plane.</param>
    public static float Of(float* input, PlanarLayout layout)
    {
        var sum = 0.0;
        for (var y = 0; y < layout.Height; y++) sum += Sum(input + ((nint)y * layout.Pitch), layout.Width);
        return (float)(sum / ((double)layout.Height * layout.Width));
    }

    private static float Sum(float* row, int width)
    {
        var lanes = Vector<float>.Zero;
        var x = 0;
        for (; x + Vector<float>.Count <= width; x += Vector<float>.Count) lanes += Vector.Load(row + x);
        var sum = Vector.Sum(lanes);
        for (; x < width; x++) sum += row[x];
        return sum;
    }
}
