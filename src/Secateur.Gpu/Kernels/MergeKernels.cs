using ILGPU;
using Secateur.Gpu.Devices;
using Secateur.Graph;

namespace Secateur.Gpu.Kernels;

/// <summary>Sums of maps, weighted or not, and their gradients.</summary>
internal static class MergeKernels
{
    /// <summary>The factors of a fusion from its two weights, see <see cref="WeightedFusionNode"/>; one thread.</summary>
    public static void Factors(ArrayView<float> memory, long first, long second, long factors)
    {
        if (Group.IdxX != 0) return;
        var parts = FusionParts.Of(memory[first], memory[second]);
        memory[factors] = (float)(parts.A / parts.Normal / parts.Total);
        memory[factors + 1] = (float)(parts.B / parts.Normal / parts.Total);
    }

    /// <summary>A grid of positions and channels.</summary>
    public static void Forward(ArrayView<float> memory, ArrayView<ChannelRead> reads, MapCall output, MergeCall call)
    {
        var (image, position) = output.Place();
        if (image >= output.Batch) return;
        var sum = 0f;
        for (var i = 0; i < call.Operands; i++)
        {
            var read = reads[call.FirstChannel + (i * output.Channels) + Grid.IdxY];
            if (read.Plane >= 0) sum += memory[call.Factors + i] * ChannelView.Of(memory, read, image).At(memory, position);
        }

        memory[output.At(image, Grid.IdxY, position)] = sum;
    }

    /// <summary>The gradients by the operands; a grid of positions and of channels, as many of them a thread as the call says.</summary>
    public static void Backward(ArrayView<float> memory, ArrayView<ChannelTarget> targets, MapCall output, MergeCall call)
    {
        var (image, position) = output.Place();
        if (image >= output.Batch) return;
        var first = Grid.IdxY * call.ChannelsOfThread;
        for (var c = first; c < first + call.ChannelsOfThread; c++)
        {
            var gradient = memory[output.At(image, c, position)];
            for (var i = 0; i < call.Operands; i++)
                targets[call.FirstChannel + (i * output.Channels) + c].Put(memory, image, position, memory[call.Factors + i] * gradient);
        }
    }

    /// <summary>The products of a chunk of a channel's gradient and both operands; a grid of chunks and channels.</summary>
    public static void FactorSums(ArrayView<float> memory, ArrayView<double> sums, ArrayView<ChannelRead> reads, MapCall output, MergeCall call)
    {
        var (image, from, to) = output.Chunk();
        var at = 2 * (((long)Grid.IdxY * output.Chunks) + Grid.IdxX);
        for (var operand = 0; operand < 2; operand++)
        {
            var read = reads[call.FirstChannel + (operand * output.Channels) + Grid.IdxY];
            var sum = 0.0;
            if (read.Plane >= 0)
            {
                var view = ChannelView.Of(memory, read, image);
                var plane = output.At(image, Grid.IdxY, 0);
                for (var i = from + Group.IdxX; i < to; i += GpuDevice.GroupSize) sum += (double)memory[plane + i] * view.At(memory, i);
            }

            sum = GroupSums.Sum(sum);
            if (Group.IdxX == 0) sums[at + operand] = sum;
        }
    }

    /// <summary>The gradients by a fusion's weights from those sums; one group.</summary>
    public static void FactorGradient(ArrayView<float> memory, ArrayView<double> sums, int count, long first, long second, long firstGradient, long secondGradient)
    {
        var (byFirst, bySecond) = (0.0, 0.0);
        for (var i = Group.IdxX; i < count; i += GpuDevice.GroupSize)
        {
            byFirst += sums[2 * i];
            bySecond += sums[(2 * i) + 1];
        }

        byFirst = GroupSums.Sum(byFirst);
        bySecond = GroupSums.Sum(bySecond);
        if (Group.IdxX != 0) return;

        // w = relu / normal, factor = w / total with total = w0 + w1 + eps: the quotient rule, twice.
        var parts = FusionParts.Of(memory[first], memory[second]);
        var (w0, w1) = (parts.A / parts.Normal, parts.B / parts.Normal);
        var common = ((byFirst * w0) + (bySecond * w1)) / (parts.Total * parts.Total);
        var (by0, by1) = ((byFirst / parts.Total) - common, (bySecond / parts.Total) - common);
        var shared = ((by0 * parts.A) + (by1 * parts.B)) / (parts.Normal * parts.Normal);
        if (memory[first] > 0) memory[firstGradient] += (float)((by0 / parts.Normal) - shared);
        if (memory[second] > 0) memory[secondGradient] += (float)((by1 / parts.Normal) - shared);
    }
}
