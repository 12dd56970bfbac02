using System.Runtime.CompilerServices;
using ILGPU;

namespace Secateur.Gpu.Kernels;

/// <summary>A channel of an image as a kernel reads it, its coefficients in registers.</summary>
internal struct ChannelView
{
    private long _plane;
    private float _scale;
    private float _mean;
    private float _shift;
    private float _slope;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ChannelView Of(ArrayView<float> memory, ChannelRead read, int image) => new()
    {
        _plane = read.Plane + (image * read.ImageStride),
        _scale = memory[read.Norm + NormNumbers.Scale],
        _mean = memory[read.Norm + NormNumbers.Mean],
        _shift = memory[read.Norm + NormNumbers.Shift],
        _slope = memory[read.Slope],
    };

    /// <summary>The value at a position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float At(ArrayView<float> memory, int position)
    {
        var value = ((memory[_plane + position] - _mean) * _scale) + _shift;
        return value > 0 ? value : _slope * value;
    }

    /// <summary>The value at a position, or zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float At(ArrayView<float> memory, int position, bool isInside)
    {
        var value = At(memory, isInside ? position : 0);
        return isInside ? value : 0;
    }
}
