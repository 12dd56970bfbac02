using Secateur.Kernels.Conv2d;

namespace Secateur.Reference;

/// <summary>
/// One tap of a kernel along one axis: output position p reads the input at stride * p + Offset, which lies inside the input for
/// From &lt;= p &lt; To only.
/// </summary>
internal readonly record struct ConvTap(int Offset, int From, int To)
{
    /// <summary>The tap at <paramref name="position"/> of the kernel, 0 .. kernel - 1.</summary>
    public static ConvTap At(int position, ConvGeometry geometry, int inputSize)
    {
        var offset = (position * geometry.Dilation) - geometry.Padding;
        var from = offset < 0 ? (-offset + geometry.Stride - 1) / geometry.Stride : 0;
        var last = inputSize - 1 - offset;
        var to = last < 0 ? 0 : Math.Min((last / geometry.Stride) + 1, geometry.OutputSize(inputSize));
        return new ConvTap(offset, from, Math.Max(from, to));
    }
}
