using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>
/// Whether a convolution is faster by <see cref="WinogradConv"/> than by <see cref="DenseConv"/>: an estimate of the cycles of both, from the
/// operations of the inner loops and from measurements of what is around them.
/// </summary>
internal static class WinogradCost
{
    private const int Lanes = 16;

    /// <summary>Whether it pays.</summary>
    /// <param name="level">Vector width. With 16 registers too few sums stay in them: then reading the factors costs what is saved in multiplying.</param>
    /// <param name="conv">The convolution.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="layout">Of the result.</param>
    public static bool Pays(SimdLevel level, ConvGeometry conv, int inputs, int outputs, PlanarLayout layout) =>
        level == SimdLevel.Vector512
        && conv == new ConvGeometry(WinogradPoints.Taps, 1, 1, 1)
        && Winograd(inputs, outputs, layout) < Direct(inputs, outputs, layout);

    // Nine multiply-adds an input channel and output, but blocks of one or two channels wait for memory; then the result is stored.
    private static double Direct(int inputs, int outputs, PlanarLayout layout) =>
        layout.Height * (layout.Width / (double)Lanes) * ((9 * inputs * Math.Max(outputs, 2.5)) + (6 * outputs));

    // Whole vectors and bands only; a last vector that is not full is stored row by row.
    private static double Winograd(int inputs, int outputs, PlanarLayout layout)
    {
        var bands = (layout.Height + WinogradPoints.Outputs - 1) / WinogradPoints.Outputs;
        var vectors = (layout.Width + Lanes - 1) / Lanes;
        var blocks = (outputs + WinogradConv.MaxBlock - 1) / WinogradConv.MaxBlock;
        var vector = (inputs * (33 + (31 * blocks) + (10 * outputs))) + (17 * outputs) + 40;
        var rest = layout.Width % Lanes == 0 ? 0 : 72 * outputs;
        return bands * ((vectors * vector) + rest);
    }
}
