using ILGPU;

namespace Secateur.Gpu.Data;

/// <summary>
/// Products that are rounded before anything is added to them, as on the CPU. Compilers of kernels like to fuse the two; they cannot where the
/// bits of the product pass through an integer operation whose result they cannot foresee.
/// </summary>
internal static class Exact
{
    public static float Product(float a, float b, uint zero) => Interop.IntAsFloat(Interop.FloatAsInt(a * b) ^ zero);

    public static double Product(double a, double b, uint zero) => Interop.IntAsFloat(Interop.FloatAsInt(a * b) ^ zero);
}
