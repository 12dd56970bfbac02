using ILGPU;

namespace Secateur.Gpu.Kernels;

/// <summary>An image as it is read from files.</summary>
internal static class PixelKernels
{
    /// <summary>Red, green, blue of each pixel less the mean, a plane each; a thread a pixel.</summary>
    public static void Split(ArrayView<byte> pixels, ArrayView<float> memory, MapCall map, float red, float green, float blue, int redPlane)
    {
        var (image, position) = map.Place();
        if (image >= map.Batch) return;
        memory[map.At(0, redPlane, position)] = pixels[3L * position] - red;
        memory[map.At(0, 1, position)] = pixels[(3L * position) + 1] - green;
        memory[map.At(0, 2 - redPlane, position)] = pixels[(3L * position) + 2] - blue;
    }
}
