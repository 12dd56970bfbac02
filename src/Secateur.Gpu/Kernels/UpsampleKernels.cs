using System.Runtime.CompilerServices;
using ILGPU;

namespace Secateur.Gpu.Kernels;

/// <summary>Upsamplings: every output pixel takes (1 - t) low + t high along both axes. A tap in a table is low, high and the bits of t.</summary>
internal static class UpsampleKernels
{
    /// <summary>Numbers of a tap.</summary>
    public const int TapLength = 3;

    /// <summary>A grid of output positions and channels.</summary>
    public static void Forward(ArrayView<float> memory, ArrayView<int> tables, ArrayView<ChannelRead> reads, MapCall output, UpsampleCall call)
    {
        var (image, position) = output.Place();
        if (image >= output.Batch) return;
        var view = ChannelView.Of(memory, reads[call.FirstChannel + Grid.IdxY], image);
        var (y, x) = (call.FirstRow + (position / output.Width * TapLength), call.FirstColumn + (position % output.Width * TapLength));
        var (ty, tx) = (Interop.IntAsFloat((uint)tables[y + 2]), Interop.IntAsFloat((uint)tables[x + 2]));
        var low = Along(memory, view, tables[y] * call.Width, tables[x], tables[x + 1], tx);
        var value = ty == 0 ? low : ((1 - ty) * low) + (ty * Along(memory, view, tables[y + 1] * call.Width, tables[x], tables[x + 1], tx));
        memory[output.At(image, Grid.IdxY, position)] = value;
    }

    /// <summary>Every input pixel gathers from the output pixels that took from it; a grid of input positions and of channels.</summary>
    public static void Backward(ArrayView<float> memory, ArrayView<int> tables, ArrayView<ChannelTarget> targets, MapCall output, UpsampleCall call)
    {
        // The grid is over the input's positions.
        var input = new MapCall { Batch = output.Batch, Positions = call.Height * call.Width };
        var (image, position) = input.Place();
        if (image >= output.Batch) return;
        var (sourceY, sourceX) = (position / call.Width, position % call.Width);
        var (rows, columns) = (call.FirstRowRange + (2 * sourceY), call.FirstColumnRange + (2 * sourceX));
        var first = Grid.IdxY * call.ChannelsOfThread;
        for (var c = first; c < first + call.ChannelsOfThread; c++)
        {
            var sum = 0f;
            for (var y = tables[rows]; y < tables[rows + 1]; y++)
            {
                var plane = output.At(image, c, y * call.OutputWidth);
                var row = 0f;
                for (var x = tables[columns]; x < tables[columns + 1]; x++)
                    row += Share(tables, call.FirstColumn + (x * TapLength), sourceX) * memory[plane + x];
                sum += Share(tables, call.FirstRow + (y * TapLength), sourceY) * row;
            }

            targets[call.FirstChannel + c].Put(memory, image, position, sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Along(ArrayView<float> memory, ChannelView view, int row, int low, int high, float t)
    {
        var value = view.At(memory, row + low);
        return t == 0 ? value : ((1 - t) * value) + (t * view.At(memory, row + high));
    }

    /// <summary>What a tap takes from an input row or column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Share(ArrayView<int> tables, int tap, int source)
    {
        var t = Interop.IntAsFloat((uint)tables[tap + 2]);
        var share = tables[tap] == source ? 1 - t : 0;
        return tables[tap + 1] == source ? share + t : share;
    }
}
