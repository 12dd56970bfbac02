using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>
/// Whether a convolution is faster by <see cref="WinogradConv"/> than by <see cref="DenseConv"/>: an estimate of the time of both, from the
/// operations of the inner loops and from measurements of what is around them. The unit is a multiply-add of 16 floats.
/// </summary>
internal static class WinogradCost
{
    private const double Unit = 16;

    /// <summary>Whether it pays.</summary>
    /// <param name="level">Vector width.</param>
    /// <param name="conv">The convolution.</param>
    /// <param name="inputs">Input channels.</param>
    /// <param name="outputs">Output channels.</param>
    /// <param name="layout">Of the result.</param>
    public static bool Pays(SimdLevel level, ConvGeometry conv, int inputs, int outputs, PlanarLayout layout) =>
        conv == new ConvGeometry(WinogradPoints.Taps, 1, 1, 1) && Winograd(level, inputs, outputs, layout) < Direct(inputs, outputs, layout);

    // Nine multiply-adds an input channel and output, but blocks of one or two channels wait for memory; then the result is stored.
    private static double Direct(int inputs, int outputs, PlanarLayout layout) =>
        layout.Height * (layout.Width / Unit) * ((9 * inputs * Math.Max(outputs, 2.5)) + (6 * outputs));

    private static double Winograd(SimdLevel level, int inputs, int outputs, PlanarLayout layout)
    {
        var width = (int)level / 32;
        var isWide = WinogradConv.IsWide(width);

        // Reading values and factors takes part of the time: less where the sums of four channels at all points fit the registers.
        var blocks = (outputs + WinogradConv.MaxBlock - 1) / WinogradConv.MaxBlock;
        var (sums, finish) = isWide ? ((31 * blocks) + (10 * outputs), 17 * outputs) : ((24 * blocks) + (18 * outputs), 35 * outputs);

        // What is left in a last vector is stored row by row.
        var lanes = Math.Min(width, 8);
        var (whole, rest) = Math.DivRem((layout.Width + lanes - 1) / lanes * lanes, (int)Unit);
        var units = whole + (isWide ? 1.3 : 1) * rest / Unit;
        var calls = 250 + (150 * blocks) + (layout.Width % lanes == 0 ? 0 : 72 * outputs);
        var bands = (layout.Height + WinogradPoints.Outputs - 1) / WinogradPoints.Outputs;
        return bands * ((units * ((inputs * (33 + sums)) + finish)) + calls);
    }
}
