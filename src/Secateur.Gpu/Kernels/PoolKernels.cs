using System.Runtime.CompilerServices;
using ILGPU;

namespace Secateur.Gpu.Kernels;

/// <summary>Max-poolings.</summary>
internal static class PoolKernels
{
    /// <summary>A grid of output positions and channels.</summary>
    public static void Forward(ArrayView<float> memory, ArrayView<ChannelRead> reads, MapCall output, PoolCall call)
    {
        var (image, position) = output.Place();
        if (image >= output.Batch) return;
        var view = ChannelView.Of(memory, reads[call.FirstChannel + Grid.IdxY], image);
        memory[output.At(image, Grid.IdxY, position)] = view.At(memory, Largest(memory, view, call, position / call.OutputWidth, position % call.OutputWidth));
    }

    /// <summary>Every input pixel gathers from the windows that it is the largest of; a grid of input positions and of channels.</summary>
    public static void Backward(ArrayView<float> memory, ArrayView<ChannelRead> reads, ArrayView<ChannelTarget> targets, MapCall output, PoolCall call)
    {
        var input = new MapCall { Batch = output.Batch, Positions = call.Height * call.Width };
        var (image, position) = input.Place();
        if (image >= output.Batch) return;
        var (sourceY, sourceX) = (position / call.Width, position % call.Width);
        var (firstY, lastY) = (FirstWindow(sourceY, call), (sourceY + call.Padding) / call.Stride);
        var (firstX, lastX) = (FirstWindow(sourceX, call), (sourceX + call.Padding) / call.Stride);
        var first = Grid.IdxY * call.ChannelsOfThread;
        for (var c = first; c < first + call.ChannelsOfThread; c++)
        {
            var view = ChannelView.Of(memory, reads[call.FirstChannel + c], image);
            var sum = 0f;
            for (var y = firstY; y <= Math.Min(lastY, call.OutputHeight - 1); y++)
            {
                for (var x = firstX; x <= Math.Min(lastX, call.OutputWidth - 1); x++)
                {
                    if (Largest(memory, view, call, y, x) == position) sum += memory[output.At(image, c, (y * call.OutputWidth) + x)];
                }
            }

            targets[call.FirstTarget + c].Put(memory, image, position, sum);
        }
    }

    /// <summary>The position of the largest value of a window, the first of equals.</summary>
    private static int Largest(ArrayView<float> memory, ChannelView view, PoolCall call, int y, int x)
    {
        var (top, left) = ((y * call.Stride) - call.Padding, (x * call.Stride) - call.Padding);
        var (firstY, firstX) = (Math.Max(top, 0), Math.Max(left, 0));
        var largest = (firstY * call.Width) + firstX;
        var most = view.At(memory, largest);
        for (var row = firstY; row < Math.Min(top + call.Kernel, call.Height); row++)
        {
            for (var column = firstX; column < Math.Min(left + call.Kernel, call.Width); column++)
            {
                var value = view.At(memory, (row * call.Width) + column);
                if (value > most) (most, largest) = (value, (row * call.Width) + column);
            }
        }

        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FirstWindow(int source, PoolCall call)
    {
        // The first window that ends behind the pixel.
        var before = source + call.Padding - call.Kernel + 1;
        return before <= 0 ? 0 : (before + call.Stride - 1) / call.Stride;
    }
}
