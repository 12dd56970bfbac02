using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Secateur.Gpu.Kernels;

/// <summary>Convolutions of any geometry, forward and back to their input.</summary>
internal static class ConvKernels
{
    /// <summary>y[o] = bias[o] + sum over i, ky, kx of w[o, i, ky, kx] x[i, stride y + ky - padding, ..].</summary>
    public static void Forward(
        ArrayView<float> memory,
        ArrayView<Four> weights,
        ArrayView<ChannelRead> reads,
        ConvCall call,
        SpecializedValue<int> kernel,
        SpecializedValue<int> stride,
        SpecializedValue<int> width)
    {
        var (tile, image, row, column) = call.Place();
        if (image >= call.Batch) return;
        var group = tile / call.Tiles;
        var quads = (width + 3) / 4;
        var at = call.Weights + ((long)tile * call.GroupSources * kernel * kernel * quads);
        var sums = default(TileSums);
        for (var i = 0; i < call.GroupSources; i++)
        {
            var view = ChannelView.Of(memory, reads[call.FirstChannel + (group * call.GroupSources) + i], image);
            for (var ky = 0; ky < kernel; ky++)
            {
                for (var kx = 0; kx < kernel; kx++, at += quads)
                {
                    var x = default(Four);
                    var (y, c) = ((row * stride) + ky - call.Padding, (column * stride) + kx - call.Padding);
                    x.A = Value(memory, call, view, y, c, kernel, stride);
                    x.B = Value(memory, call, view, y + stride, c, kernel, stride);
                    x.C = Value(memory, call, view, y + (2 * stride), c, kernel, stride);
                    x.D = Value(memory, call, view, y + (3 * stride), c, kernel, stride);
                    sums.Add(width, weights, at, x);
                }
            }
        }

        var first = (tile - (group * call.Tiles)) * width;
        if (width > 0) Store(memory, call, image, row, column, group, first + 0, sums.Of(0), kernel, stride);
        if (width > 1) Store(memory, call, image, row, column, group, first + 1, sums.Of(1), kernel, stride);
        if (width > 2) Store(memory, call, image, row, column, group, first + 2, sums.Of(2), kernel, stride);
        if (width > 3) Store(memory, call, image, row, column, group, first + 3, sums.Of(3), kernel, stride);
        if (width > 4) Store(memory, call, image, row, column, group, first + 4, sums.Of(4), kernel, stride);
        if (width > 5) Store(memory, call, image, row, column, group, first + 5, sums.Of(5), kernel, stride);
        if (width > 6) Store(memory, call, image, row, column, group, first + 6, sums.Of(6), kernel, stride);
        if (width > 7) Store(memory, call, image, row, column, group, first + 7, sums.Of(7), kernel, stride);
        if (width > 8) Store(memory, call, image, row, column, group, first + 8, sums.Of(8), kernel, stride);
        if (width > 9) Store(memory, call, image, row, column, group, first + 9, sums.Of(9), kernel, stride);
        if (width > 10) Store(memory, call, image, row, column, group, first + 10, sums.Of(10), kernel, stride);
        if (width > 11) Store(memory, call, image, row, column, group, first + 11, sums.Of(11), kernel, stride);
        if (width > 12) Store(memory, call, image, row, column, group, first + 12, sums.Of(12), kernel, stride);
        if (width > 13) Store(memory, call, image, row, column, group, first + 13, sums.Of(13), kernel, stride);
        if (width > 14) Store(memory, call, image, row, column, group, first + 14, sums.Of(14), kernel, stride);
        if (width > 15) Store(memory, call, image, row, column, group, first + 15, sums.Of(15), kernel, stride);
    }

    /// <summary>dx[i, y, x] = sum over o, ky, kx of w[o, i, ky, kx] dy[o, (y + padding - ky) / stride, ..] where that divides.</summary>
    public static void InputGradient(
        ArrayView<float> memory,
        ArrayView<Four> weights,
        ArrayView<ChannelTarget> targets,
        ConvCall call,
        SpecializedValue<int> kernel,
        SpecializedValue<int> stride,
        SpecializedValue<int> width)
    {
        var (tile, image, row, column) = call.Place();
        if (image >= call.Batch) return;
        var group = tile / call.Tiles;
        var quads = (width + 3) / 4;
        var at = call.Weights + ((long)tile * call.GroupSources * kernel * kernel * quads);
        var sums = default(TileSums);
        for (var o = 0; o < call.GroupSources; o++)
        {
            var plane = call.Map + (image * call.ImageStride) + (((group * call.GroupSources) + o) * call.PlaneStride);
            for (var ky = 0; ky < kernel; ky++)
            {
                for (var kx = 0; kx < kernel; kx++, at += quads)
                {
                    var dy = default(Four);
                    var (y, c) = (row + call.Padding - ky, column + call.Padding - kx);
                    dy.A = Gradient(memory, call, plane, y, c, kernel, stride);
                    dy.B = Gradient(memory, call, plane, y + 1, c, kernel, stride);
                    dy.C = Gradient(memory, call, plane, y + 2, c, kernel, stride);
                    dy.D = Gradient(memory, call, plane, y + 3, c, kernel, stride);
                    sums.Add(width, weights, at, dy);
                }
            }
        }

        var first = (tile - (group * call.Tiles)) * width;
        if (width > 0) Put(memory, targets, call, image, row, column, group, first + 0, sums.Of(0), kernel, stride);
        if (width > 1) Put(memory, targets, call, image, row, column, group, first + 1, sums.Of(1), kernel, stride);
        if (width > 2) Put(memory, targets, call, image, row, column, group, first + 2, sums.Of(2), kernel, stride);
        if (width > 3) Put(memory, targets, call, image, row, column, group, first + 3, sums.Of(3), kernel, stride);
        if (width > 4) Put(memory, targets, call, image, row, column, group, first + 4, sums.Of(4), kernel, stride);
        if (width > 5) Put(memory, targets, call, image, row, column, group, first + 5, sums.Of(5), kernel, stride);
        if (width > 6) Put(memory, targets, call, image, row, column, group, first + 6, sums.Of(6), kernel, stride);
        if (width > 7) Put(memory, targets, call, image, row, column, group, first + 7, sums.Of(7), kernel, stride);
        if (width > 8) Put(memory, targets, call, image, row, column, group, first + 8, sums.Of(8), kernel, stride);
        if (width > 9) Put(memory, targets, call, image, row, column, group, first + 9, sums.Of(9), kernel, stride);
        if (width > 10) Put(memory, targets, call, image, row, column, group, first + 10, sums.Of(10), kernel, stride);
        if (width > 11) Put(memory, targets, call, image, row, column, group, first + 11, sums.Of(11), kernel, stride);
        if (width > 12) Put(memory, targets, call, image, row, column, group, first + 12, sums.Of(12), kernel, stride);
        if (width > 13) Put(memory, targets, call, image, row, column, group, first + 13, sums.Of(13), kernel, stride);
        if (width > 14) Put(memory, targets, call, image, row, column, group, first + 14, sums.Of(14), kernel, stride);
        if (width > 15) Put(memory, targets, call, image, row, column, group, first + 15, sums.Of(15), kernel, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Value(ArrayView<float> memory, ConvCall call, ChannelView view, int y, int x, int kernel, int stride)
    {
        var position = (y * call.SourceWidth) + x;
        var isInside = IsPointwise(call, kernel, stride)
            ? position < call.Positions
            : ((uint)y < (uint)call.SourceHeight) & ((uint)x < (uint)call.SourceWidth);
        return view.At(memory, position, isInside);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Gradient(ArrayView<float> memory, ConvCall call, long plane, int y, int x, int kernel, int stride)
    {
        bool isInside;
        var position = (y * call.SourceWidth) + x;
        if (IsPointwise(call, kernel, stride))
        {
            isInside = position < call.Positions;
        }
        else
        {
            var (sourceY, sourceX) = (y / stride, x / stride);
            isInside = (y >= 0) & (x >= 0) & (sourceY * stride == y) & (sourceX * stride == x) & (sourceY < call.SourceHeight) & (sourceX < call.SourceWidth);
            position = (sourceY * call.SourceWidth) + sourceX;
        }

        var value = memory[plane + (isInside ? position : 0)];
        return isInside ? value : 0;
    }

    /// <summary>Whether planes are taken as four rows: constant, but for the padding that nobody gives such a convolution.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPointwise(ConvCall call, int kernel, int stride) => kernel == 1 && stride == 1 && call.Padding == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsTarget(ConvCall call, int row, int position, int kernel, int stride) =>
        IsPointwise(call, kernel, stride) ? position < call.Positions : row < call.TargetHeight;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ArrayView<float> memory, ConvCall call, int image, int row, int column, int group, int channel, Four sum, int kernel, int stride)
    {
        if (channel >= call.GroupTargets) return;
        channel += group * call.GroupTargets;
        var bias = call.Bias < 0 ? 0 : memory[call.Bias + channel];
        var position = (row * call.TargetWidth) + column;
        var plane = call.Map + (image * call.ImageStride) + (channel * call.PlaneStride);
        if (IsTarget(call, row, position, kernel, stride)) memory[plane + position] = sum.A + bias;
        position += call.TargetWidth;
        if (IsTarget(call, row + 1, position, kernel, stride)) memory[plane + position] = sum.B + bias;
        position += call.TargetWidth;
        if (IsTarget(call, row + 2, position, kernel, stride)) memory[plane + position] = sum.C + bias;
        position += call.TargetWidth;
        if (IsTarget(call, row + 3, position, kernel, stride)) memory[plane + position] = sum.D + bias;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(
        ArrayView<float> memory, ArrayView<ChannelTarget> targets, ConvCall call, int image, int row, int column, int group, int channel, Four sum, int kernel, int stride)
    {
        if (channel >= call.GroupTargets) return;
        var target = targets[call.FirstChannel + (group * call.GroupTargets) + channel];
        var position = (row * call.TargetWidth) + column;
        if (IsTarget(call, row, position, kernel, stride)) target.Put(memory, image, position, sum.A);
        position += call.TargetWidth;
        if (IsTarget(call, row + 1, position, kernel, stride)) target.Put(memory, image, position, sum.B);
        position += call.TargetWidth;
        if (IsTarget(call, row + 2, position, kernel, stride)) target.Put(memory, image, position, sum.C);
        position += call.TargetWidth;
        if (IsTarget(call, row + 3, position, kernel, stride)) target.Put(memory, image, position, sum.D);
    }
}
