using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Kernels;

/// <summary>
/// Convolutions without groups on tensor cores, forward and back to their input: for every place of the kernel the product of weights [O, I] and values
/// [I, positions]. A warp computes up to 64 channels for 32 positions of an image.
/// </summary>
internal static class MmaConvKernels
{
    /// <summary>Positions of a warp.</summary>
    public const int Positions = MmaSums.Blocks * Mma.Side;

    /// <summary>Warps of a group.</summary>
    public const int Warps = GpuDevice.GroupSize / Mma.Warp;

    /// <summary>As <see cref="ConvKernels.Forward"/>; a grid of positions and of <paramref name="tiles"/> x 16 channels.</summary>
    public static void Forward(
        ArrayView<float> memory,
        ArrayView<Four> weights,
        ArrayView<ChannelRead> reads,
        ConvCall call,
        SpecializedValue<int> kernel,
        SpecializedValue<int> stride,
        SpecializedValue<int> tiles)
    {
        var shared = Mma.Shared();
        var place = WarpPlace.Of(call.TargetHeight * call.TargetWidth);
        var isActive = place.Image < call.Batch;
        var image = isActive ? place.Image : 0;
        var steps = (call.GroupSources + Mma.Side - 1) / Mma.Side;
        var tileStep = (long)steps * kernel * kernel * Mma.Warp;
        var at = call.Weights + (Grid.IdxY * tiles * tileStep) + place.Lane;
        var sums = default(MmaSums);
        for (var step = 0; step < steps; step++)
        {
            // Weights of channels that are not there are zero: any values do.
            var channel = (step * Mma.Side) + place.Thread;
            var low = ChannelView.Of(memory, reads[call.FirstChannel + Math.Min(channel, call.GroupSources - 1)], image);
            var high = ChannelView.Of(memory, reads[call.FirstChannel + Math.Min(channel + 4, call.GroupSources - 1)], image);
            for (var ky = 0; ky < kernel; ky++)
            {
                for (var kx = 0; kx < kernel; kx++, at += Mma.Warp)
                {
                    var (x, y) = (default(Four), default(Four));
                    var source = Source(call, place.First, ky, kx, stride);
                    (x.A, y.A) = (Value(memory, low, source), Value(memory, high, source));
                    source = Source(call, place.First + 8, ky, kx, stride);
                    (x.B, y.B) = (Value(memory, low, source), Value(memory, high, source));
                    source = Source(call, place.First + 16, ky, kx, stride);
                    (x.C, y.C) = (Value(memory, low, source), Value(memory, high, source));
                    source = Source(call, place.First + 24, ky, kx, stride);
                    (x.D, y.D) = (Value(memory, low, source), Value(memory, high, source));
                    sums.Add(shared, weights, at, tileStep, tiles, x, y);
                }
            }
        }

        if (!isActive) return;
        var first = Grid.IdxY * tiles * Mma.Rows;
        Store(memory, call, place, first, 0, 0, sums.Of(0, 0));
        Store(memory, call, place, first, 0, 1, sums.Of(0, 1));
        Store(memory, call, place, first, 0, 2, sums.Of(0, 2));
        Store(memory, call, place, first, 0, 3, sums.Of(0, 3));
        if (tiles > 1) Store(memory, call, place, first, 1, 0, sums.Of(1, 0));
        if (tiles > 1) Store(memory, call, place, first, 1, 1, sums.Of(1, 1));
        if (tiles > 1) Store(memory, call, place, first, 1, 2, sums.Of(1, 2));
        if (tiles > 1) Store(memory, call, place, first, 1, 3, sums.Of(1, 3));
        if (tiles > 2) Store(memory, call, place, first, 2, 0, sums.Of(2, 0));
        if (tiles > 2) Store(memory, call, place, first, 2, 1, sums.Of(2, 1));
        if (tiles > 2) Store(memory, call, place, first, 2, 2, sums.Of(2, 2));
        if (tiles > 2) Store(memory, call, place, first, 2, 3, sums.Of(2, 3));
        if (tiles > 3) Store(memory, call, place, first, 3, 0, sums.Of(3, 0));
        if (tiles > 3) Store(memory, call, place, first, 3, 1, sums.Of(3, 1));
        if (tiles > 3) Store(memory, call, place, first, 3, 2, sums.Of(3, 2));
        if (tiles > 3) Store(memory, call, place, first, 3, 3, sums.Of(3, 3));
    }

    /// <summary>As <see cref="ConvKernels.InputGradient"/>; a grid of positions and of <paramref name="tiles"/> x 16 channels.</summary>
    public static void InputGradient(
        ArrayView<float> memory,
        ArrayView<Four> weights,
        ArrayView<ChannelTarget> targets,
        ConvCall call,
        SpecializedValue<int> kernel,
        SpecializedValue<int> stride,
        SpecializedValue<int> tiles)
    {
        var shared = Mma.Shared();
        var place = WarpPlace.Of(call.TargetHeight * call.TargetWidth);
        var isActive = place.Image < call.Batch;
        var image = isActive ? place.Image : 0;
        var steps = (call.GroupSources + Mma.Side - 1) / Mma.Side;
        var tileStep = (long)steps * kernel * kernel * Mma.Warp;
        var at = call.Weights + (Grid.IdxY * tiles * tileStep) + place.Lane;
        var sums = default(MmaSums);
        for (var step = 0; step < steps; step++)
        {
            var channel = (step * Mma.Side) + place.Thread;
            var plane = call.Map + (image * call.ImageStride);
            var low = plane + (Math.Min(channel, call.GroupSources - 1) * call.PlaneStride);
            var high = plane + (Math.Min(channel + 4, call.GroupSources - 1) * call.PlaneStride);
            for (var ky = 0; ky < kernel; ky++)
            {
                for (var kx = 0; kx < kernel; kx++, at += Mma.Warp)
                {
                    var (x, y) = (default(Four), default(Four));
                    var source = GradientSource(call, place.First, ky, kx, stride);
                    (x.A, y.A) = (Value(memory, low, source), Value(memory, high, source));
                    source = GradientSource(call, place.First + 8, ky, kx, stride);
                    (x.B, y.B) = (Value(memory, low, source), Value(memory, high, source));
                    source = GradientSource(call, place.First + 16, ky, kx, stride);
                    (x.C, y.C) = (Value(memory, low, source), Value(memory, high, source));
                    source = GradientSource(call, place.First + 24, ky, kx, stride);
                    (x.D, y.D) = (Value(memory, low, source), Value(memory, high, source));
                    sums.Add(shared, weights, at, tileStep, tiles, x, y);
                }
            }
        }

        if (!isActive) return;
        var first = Grid.IdxY * tiles * Mma.Rows;
        Put(memory, targets, call, place, first, 0, 0, sums.Of(0, 0));
        Put(memory, targets, call, place, first, 0, 1, sums.Of(0, 1));
        Put(memory, targets, call, place, first, 0, 2, sums.Of(0, 2));
        Put(memory, targets, call, place, first, 0, 3, sums.Of(0, 3));
        if (tiles > 1) Put(memory, targets, call, place, first, 1, 0, sums.Of(1, 0));
        if (tiles > 1) Put(memory, targets, call, place, first, 1, 1, sums.Of(1, 1));
        if (tiles > 1) Put(memory, targets, call, place, first, 1, 2, sums.Of(1, 2));
        if (tiles > 1) Put(memory, targets, call, place, first, 1, 3, sums.Of(1, 3));
        if (tiles > 2) Put(memory, targets, call, place, first, 2, 0, sums.Of(2, 0));
        if (tiles > 2) Put(memory, targets, call, place, first, 2, 1, sums.Of(2, 1));
        if (tiles > 2) Put(memory, targets, call, place, first, 2, 2, sums.Of(2, 2));
        if (tiles > 2) Put(memory, targets, call, place, first, 2, 3, sums.Of(2, 3));
        if (tiles > 3) Put(memory, targets, call, place, first, 3, 0, sums.Of(3, 0));
        if (tiles > 3) Put(memory, targets, call, place, first, 3, 1, sums.Of(3, 1));
        if (tiles > 3) Put(memory, targets, call, place, first, 3, 2, sums.Of(3, 2));
        if (tiles > 3) Put(memory, targets, call, place, first, 3, 3, sums.Of(3, 3));
    }

    /// <summary>The position that a target position reads; below 0 where it is padding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Source(ConvCall call, int position, int ky, int kx, int stride)
    {
        var row = position / call.TargetWidth;
        var (y, x) = ((row * stride) + ky - call.Padding, ((position - (row * call.TargetWidth)) * stride) + kx - call.Padding);
        var isInside = ((uint)y < (uint)call.SourceHeight) & ((uint)x < (uint)call.SourceWidth);
        return isInside ? (y * call.SourceWidth) + x : -1;
    }

    /// <summary>The position whose gradient comes to a target position; below 0 where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int GradientSource(ConvCall call, int position, int ky, int kx, int stride)
    {
        var row = position / call.TargetWidth;
        var (y, x) = (row + call.Padding - ky, position - (row * call.TargetWidth) + call.Padding - kx);
        var (sourceY, sourceX) = (y / stride, x / stride);
        var isInside = (y >= 0) & (x >= 0) & (sourceY * stride == y) & (sourceX * stride == x) & (sourceY < call.SourceHeight) & (sourceX < call.SourceWidth);
        return isInside ? (sourceY * call.SourceWidth) + sourceX : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Value(ArrayView<float> memory, ChannelView view, int source) => Mma.Round(view.At(memory, source, source >= 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Value(ArrayView<float> memory, long plane, int source)
    {
        var value = memory[plane + Math.Max(source, 0)];
        return source >= 0 ? Mma.Round(value) : 0;
    }

    /// <summary>A lane's four sums of a tile and a block: two channels, two positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ArrayView<float> memory, ConvCall call, WarpPlace place, int first, int tile, int block, Four sum)
    {
        var (channel, position) = (first + (tile * Mma.Rows) + place.Group, place.Start + (block * Mma.Side) + (2 * place.Thread));
        Store(memory, call, place.Image, channel, position, sum.A);
        Store(memory, call, place.Image, channel, position + 1, sum.B);
        Store(memory, call, place.Image, channel + 8, position, sum.C);
        Store(memory, call, place.Image, channel + 8, position + 1, sum.D);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ArrayView<float> memory, ConvCall call, int image, int channel, int position, float sum)
    {
        if ((channel >= call.GroupTargets) | (position >= call.TargetHeight * call.TargetWidth)) return;
        var bias = call.Bias < 0 ? 0 : memory[call.Bias + channel];
        memory[call.Map + (image * call.ImageStride) + (channel * call.PlaneStride) + position] = sum + bias;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ArrayView<float> memory, ArrayView<ChannelTarget> targets, ConvCall call, WarpPlace place, int first, int tile, int block, Four sum)
    {
        var (channel, position) = (first + (tile * Mma.Rows) + place.Group, place.Start + (block * Mma.Side) + (2 * place.Thread));
        Put(memory, targets, call, place.Image, channel, position, sum.A);
        Put(memory, targets, call, place.Image, channel, position + 1, sum.B);
        Put(memory, targets, call, place.Image, channel + 8, position, sum.C);
        Put(memory, targets, call, place.Image, channel + 8, position + 1, sum.D);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(ArrayView<float> memory, ArrayView<ChannelTarget> targets, ConvCall call, int image, int channel, int position, float sum)
    {
        if ((channel >= call.GroupTargets) | (position >= call.TargetHeight * call.TargetWidth)) return;
        targets[call.FirstChannel + channel].Put(memory, image, position, sum);
    }
}
