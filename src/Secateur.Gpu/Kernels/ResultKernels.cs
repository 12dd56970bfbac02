using ILGPU;

namespace Secateur.Gpu.Kernels;

/// <summary>Brings results out of their maps, and gradients by them in; grids of positions and channels.</summary>
internal static class ResultKernels
{
    /// <summary>Out.</summary>
    public static void Bring(ArrayView<float> memory, ArrayView<ChannelRead> reads, MapCall map, ResultCall call)
    {
        var (image, position) = map.Place();
        if (image >= map.Batch) return;
        var at = call.Start + (image * call.ImageStride) + (Grid.IdxY * call.ChannelStride) + (position * call.PositionStride);
        memory[at] = ChannelView.Of(memory, reads[call.FirstChannel + Grid.IdxY], image).At(memory, position);
    }

    /// <summary>In.</summary>
    public static void BringGradient(ArrayView<float> memory, ArrayView<ChannelTarget> targets, MapCall map, ResultCall call)
    {
        var (image, position) = map.Place();
        if (image >= map.Batch) return;
        var first = Grid.IdxY * call.ChannelsOfThread;
        for (var c = first; c < first + call.ChannelsOfThread; c++)
        {
            var at = call.Start + (image * call.ImageStride) + (c * call.ChannelStride) + (position * call.PositionStride);
            targets[call.FirstChannel + c].Put(memory, image, position, memory[at]);
        }
    }
}
