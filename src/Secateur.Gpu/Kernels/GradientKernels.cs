using ILGPU;

namespace Secateur.Gpu.Kernels;

/// <summary>The gradient by a stored map: put together once from those by its views, in the place of the first.</summary>
internal static class GradientKernels
{
    /// <summary>A grid of positions and channels; channel c has parts from <paramref name="firstRead"/> + c * <paramref name="parts"/> on.</summary>
    public static void Join(ArrayView<float> memory, ArrayView<GradientRead> reads, MapCall map, int firstRead, int parts)
    {
        var (image, position) = map.Place();
        if (image >= map.Batch) return;
        var first = firstRead + (Grid.IdxY * parts);
        var sum = 0f;
        for (var p = 0; p < parts; p++) sum += GradientView.Of(memory, reads[first + p], image).At(memory, position);
        memory[map.At(image, Grid.IdxY, position)] = sum;
    }
}
