using System.Runtime.CompilerServices;
using ILGPU;

namespace Secateur.Gpu.Kernels;

/// <summary>A part of the gradient by a stored channel of an image, its coefficients in registers.</summary>
internal struct GradientView
{
    private long _gradient;
    private long _values;
    private float _scale;
    private float _mean;
    private float _shift;
    private float _slope;
    private float _gradientSlope;
    private float _gradientShift;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static GradientView Of(ArrayView<float> memory, GradientRead read, int image) => new()
    {
        _gradient = read.Gradient + (image * read.ImageStride),
        _values = read.Values + (image * read.ImageStride),
        _scale = memory[read.Norm + NormNumbers.Scale],
        _mean = memory[read.Norm + NormNumbers.Mean],
        _shift = memory[read.Norm + NormNumbers.Shift],
        _slope = memory[read.Slope],
        _gradientSlope = read.Whole * memory[read.Norm + NormNumbers.GradientSlope],
        _gradientShift = read.Whole * memory[read.Norm + NormNumbers.GradientShift],
    };

    /// <summary>The gradient at a position, from the view to the stored value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float At(ArrayView<float> memory, int position)
    {
        var deviation = memory[_values + position] - _mean;
        var direct = memory[_gradient + position] * _scale;
        if ((deviation * _scale) + _shift <= 0) direct *= _slope;
        return direct + (_gradientSlope * deviation) + _gradientShift;
    }

    /// <summary>
    /// What norm and slope need of it: the gradient behind the activation, that times the deviation from the mean, and the gradient by the slope.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly (float Gradient, float ByDeviation, float BySlope) Sums(ArrayView<float> memory, int position)
    {
        var deviation = memory[_values + position] - _mean;
        var gradient = memory[_gradient + position];
        var value = (deviation * _scale) + _shift;
        if (value > 0) return (gradient, gradient * deviation, 0);
        var behind = gradient * _slope;
        return (behind, behind * deviation, gradient * value);
    }
}
