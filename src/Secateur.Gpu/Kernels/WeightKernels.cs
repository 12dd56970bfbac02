using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Kernels;

/// <summary>The gradients by a convolution's weights and bias: products summed over chunks of positions, then over the chunks in order.</summary>
internal static class WeightKernels
{
    /// <summary>Warps of a group: each has a tile of its own.</summary>
    public const int Warps = GpuDevice.GroupSize / Warp;

    private const int Warp = 32;
    private const int TileSums = WeightTile.Side * WeightTile.Side;

    /// <summary>A tile of outputs and inputs at one place of the kernel a warp, its threads over the positions of a chunk; a grid of chunks and tiles.</summary>
    public static void Products(
        ArrayView<float> memory, ArrayView<double> sums, ArrayView<ChannelRead> reads, WeightCall call, SpecializedValue<int> pointwise)
    {
        var shared = SharedMemory.Allocate<float>(GpuDevice.GroupSize * (TileSums + 1));
        var (warp, lane) = (Group.IdxX / Warp, Group.IdxX % Warp);
        var tile = (Grid.IdxY * Warps) + warp;
        var products = default(WeightTile);
        if (tile < call.Tiles) products = Tile(memory, reads, call, tile, lane, pointwise);
        Keep(shared, Group.IdxX * (TileSums + 1), products);
        Group.Barrier();
        if (tile >= call.Tiles) return;
        for (var k = lane; k < TileSums; k += Warp)
        {
            var (output, input) = (k / WeightTile.Side, k % WeightTile.Side);
            var sum = 0.0;
            for (var i = 0; i < Warp; i++) sum += shared[(((warp * Warp) + i) * (TileSums + 1)) + k];
            var (group, place, firstOutput, firstInput) = Split(call, tile);
            (output, input) = (firstOutput + output, firstInput + input);
            if (output >= call.GroupOutputs || input >= call.GroupInputs) continue;
            var weight = (((((group * call.GroupOutputs) + output) * call.GroupInputs) + input) * call.Kernel * call.Kernel) + place;
            sums[((long)Grid.IdxX * call.Weights) + weight] = sum;
        }
    }

    /// <summary>The same for a depthwise 3x3 convolution: a channel a group, all nine places at once; a grid of chunks and channels.</summary>
    public static void DepthwiseProducts(ArrayView<float> memory, ArrayView<double> sums, ArrayView<ChannelRead> reads, WeightCall call)
    {
        var (image, from, to) = call.Output.Chunk();
        var channel = Grid.IdxY;
        var view = ChannelView.Of(memory, reads[call.FirstRead + channel], image);
        var plane = call.Output.At(image, channel, 0);
        var (top, middle, bottom) = (default(Four), default(Four), default(Four));
        for (var p = from + Group.IdxX; p < to; p += GpuDevice.GroupSize)
        {
            var (y, x) = (p / call.Output.Width, p % call.Output.Width);
            var gradient = memory[plane + p];
            (y, x) = ((y * call.Stride) - call.Padding, (x * call.Stride) - call.Padding);
            top.Add(gradient, Row(memory, call, view, y, x));
            middle.Add(gradient, Row(memory, call, view, y + 1, x));
            bottom.Add(gradient, Row(memory, call, view, y + 2, x));
        }

        var at = ((long)Grid.IdxX * call.Weights) + (channel * 9);
        KeepRow(sums, at, top);
        KeepRow(sums, at + 3, middle);
        KeepRow(sums, at + 6, bottom);
    }

    /// <summary>The chunks together; a thread a weight.</summary>
    public static void SumChunks(ArrayView<float> memory, ArrayView<double> sums, int weights, int chunks, long gradients)
    {
        var weight = (Grid.IdxX * GpuDevice.GroupSize) + Group.IdxX;
        if (weight >= weights) return;
        var sum = 0.0;
        for (var i = 0; i < chunks; i++) sum += sums[((long)i * weights) + weight];
        memory[gradients + weight] += (float)sum;
    }

    /// <summary>The sum of a chunk of a channel's gradient, for the bias; a grid of chunks and channels.</summary>
    public static void ChannelSums(ArrayView<float> memory, ArrayView<double> sums, MapCall map)
    {
        var (image, from, to) = map.Chunk();
        var plane = map.At(image, Grid.IdxY, 0);
        var sum = 0.0;
        for (var i = from + Group.IdxX; i < to; i += GpuDevice.GroupSize) sum += memory[plane + i];
        sum = GroupSums.Sum(sum);
        if (Group.IdxX == 0) sums[((long)Grid.IdxX * map.Channels) + Grid.IdxY] = sum;
    }

    private static WeightTile Tile(ArrayView<float> memory, ArrayView<ChannelRead> reads, WeightCall call, int tile, int lane, int pointwise)
    {
        var (image, from, to) = call.Output.Chunk();
        var (group, place, firstOutput, firstInput) = Split(call, tile);
        var (ky, kx) = (place / call.Kernel, place % call.Kernel);

        // Channels beyond the last are read as the last, and their products dropped.
        var lastInput = call.FirstRead + (group * call.GroupInputs) + call.GroupInputs - 1;
        var read = call.FirstRead + (group * call.GroupInputs) + firstInput;
        var x0 = ChannelView.Of(memory, reads[Math.Min(read, lastInput)], image);
        var x1 = ChannelView.Of(memory, reads[Math.Min(read + 1, lastInput)], image);
        var x2 = ChannelView.Of(memory, reads[Math.Min(read + 2, lastInput)], image);
        var x3 = ChannelView.Of(memory, reads[Math.Min(read + 3, lastInput)], image);
        var x4 = ChannelView.Of(memory, reads[Math.Min(read + 4, lastInput)], image);
        var x5 = ChannelView.Of(memory, reads[Math.Min(read + 5, lastInput)], image);
        var x6 = ChannelView.Of(memory, reads[Math.Min(read + 6, lastInput)], image);
        var x7 = ChannelView.Of(memory, reads[Math.Min(read + 7, lastInput)], image);
        var lastOutput = call.GroupOutputs - 1;
        var plane = call.Output.At(image, group * call.GroupOutputs, 0);
        var d0 = plane + (Math.Min(firstOutput, lastOutput) * call.Output.PlaneStride);
        var d1 = plane + (Math.Min(firstOutput + 1, lastOutput) * call.Output.PlaneStride);
        var d2 = plane + (Math.Min(firstOutput + 2, lastOutput) * call.Output.PlaneStride);
        var d3 = plane + (Math.Min(firstOutput + 3, lastOutput) * call.Output.PlaneStride);
        var d4 = plane + (Math.Min(firstOutput + 4, lastOutput) * call.Output.PlaneStride);
        var d5 = plane + (Math.Min(firstOutput + 5, lastOutput) * call.Output.PlaneStride);
        var d6 = plane + (Math.Min(firstOutput + 6, lastOutput) * call.Output.PlaneStride);
        var d7 = plane + (Math.Min(firstOutput + 7, lastOutput) * call.Output.PlaneStride);
        var products = default(WeightTile);
        for (var p = from + lane; p < to; p += Warp)
        {
            var position = p;
            if (pointwise == 0)
            {
                var y = p / call.Output.Width;
                var x = ((p - (y * call.Output.Width)) * call.Stride) + kx - call.Padding;
                y = (y * call.Stride) + ky - call.Padding;
                if (((uint)y >= (uint)call.InputHeight) | ((uint)x >= (uint)call.InputWidth)) continue;
                position = (y * call.InputWidth) + x;
            }

            Four low, high, lowGradients, highGradients;
            lowGradients.A = memory[d0 + p];
            lowGradients.B = memory[d1 + p];
            lowGradients.C = memory[d2 + p];
            lowGradients.D = memory[d3 + p];
            highGradients.A = memory[d4 + p];
            highGradients.B = memory[d5 + p];
            highGradients.C = memory[d6 + p];
            highGradients.D = memory[d7 + p];
            low.A = x0.At(memory, position);
            low.B = x1.At(memory, position);
            low.C = x2.At(memory, position);
            low.D = x3.At(memory, position);
            high.A = x4.At(memory, position);
            high.B = x5.At(memory, position);
            high.C = x6.At(memory, position);
            high.D = x7.At(memory, position);
            products.Add(lowGradients, highGradients, low, high);
        }

        return products;
    }

    /// <summary>A tile's group, place in the kernel, first output and first input. Tiles that follow each other read the same inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (int Group, int Place, int FirstOutput, int FirstInput) Split(WeightCall call, int tile)
    {
        var output = tile % call.OutputTiles;
        tile /= call.OutputTiles;
        var input = tile % call.InputTiles;
        tile /= call.InputTiles;
        var places = call.Kernel * call.Kernel;
        return (tile / places, tile % places, output * WeightTile.Side, input * WeightTile.Side);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Four Row(ArrayView<float> memory, WeightCall call, ChannelView view, int y, int x)
    {
        var isInside = (uint)y < (uint)call.InputHeight;
        var at = (y * call.InputWidth) + x;
        Four row;
        row.A = view.At(memory, at, isInside & ((uint)x < (uint)call.InputWidth));
        row.B = view.At(memory, at + 1, isInside & ((uint)(x + 1) < (uint)call.InputWidth));
        row.C = view.At(memory, at + 2, isInside & ((uint)(x + 2) < (uint)call.InputWidth));
        row.D = 0;
        return row;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void KeepRow(ArrayView<double> sums, long at, Four row)
    {
        var (left, middle, right) = (GroupSums.Sum(row.A), GroupSums.Sum(row.B), GroupSums.Sum(row.C));
        if (Group.IdxX != 0) return;
        sums[at] = left;
        sums[at + 1] = middle;
        sums[at + 2] = right;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(ArrayView<float> shared, int at, WeightTile products)
    {
        Keep(shared, at, products.Low0, products.High0);
        Keep(shared, at + 8, products.Low1, products.High1);
        Keep(shared, at + 16, products.Low2, products.High2);
        Keep(shared, at + 24, products.Low3, products.High3);
        Keep(shared, at + 32, products.Low4, products.High4);
        Keep(shared, at + 40, products.Low5, products.High5);
        Keep(shared, at + 48, products.Low6, products.High6);
        Keep(shared, at + 56, products.Low7, products.High7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(ArrayView<float> shared, int at, Four low, Four high)
    {
        shared[at] = low.A;
        shared[at + 1] = low.B;
        shared[at + 2] = low.C;
        shared[at + 3] = low.D;
        shared[at + 4] = high.A;
        shared[at + 5] = high.B;
        shared[at + 6] = high.C;
        shared[at + 7] = high.D;
    }
}
