using System.Runtime.CompilerServices;
using ILGPU;

namespace Secateur.Gpu.Kernels;

/// <summary>S3FD's max-out: the largest of the background channels, and the face channel.</summary>
internal static class MaxOutKernels
{
    /// <summary>A thread a position.</summary>
    public static void Forward(ArrayView<float> memory, ArrayView<ChannelRead> reads, MapCall output, int firstRead, int channels)
    {
        var (image, position) = output.Place();
        if (image >= output.Batch) return;
        var largest = Largest(memory, reads, image, position, firstRead, channels);
        memory[output.At(image, 0, position)] = ChannelView.Of(memory, reads[firstRead + largest], image).At(memory, position);
        memory[output.At(image, 1, position)] = ChannelView.Of(memory, reads[firstRead + channels - 1], image).At(memory, position);
    }

    /// <summary>The gradient goes to the channel that won, the first one where several did; a thread a position.</summary>
    public static void Backward(
        ArrayView<float> memory, ArrayView<ChannelRead> reads, ArrayView<ChannelTarget> targets, MapCall output, int firstRead, int firstTarget, int channels)
    {
        var (image, position) = output.Place();
        if (image >= output.Batch) return;
        var largest = Largest(memory, reads, image, position, firstRead, channels);
        var background = memory[output.At(image, 0, position)];
        for (var c = 0; c < channels - 1; c++) targets[firstTarget + c].Put(memory, image, position, c == largest ? background : 0);
        targets[firstTarget + channels - 1].Put(memory, image, position, memory[output.At(image, 1, position)]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Largest(ArrayView<float> memory, ArrayView<ChannelRead> reads, int image, int position, int firstRead, int channels)
    {
        var largest = 0;
        var most = ChannelView.Of(memory, reads[firstRead], image).At(memory, position);
        for (var c = 1; c < channels - 1; c++)
        {
            var value = ChannelView.Of(memory, reads[firstRead + c], image).At(memory, position);
            if (value > most) (most, largest) = (value, c);
        }

        return largest;
    }
}
