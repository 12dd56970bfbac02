using Secateur.Kernels.Layout;

namespace Secateur.Runtime.Steps;

/// <summary>RGB bytes, from which a mean is subtracted.</summary>
/// <param name="mean">Of red, green and blue.</param>
internal sealed unsafe class PixelRows(IReadOnlyList<float> mean) : InputRows
{
    private byte* _pixels;
    private int _width;

    /// <summary>Takes an image of <paramref name="width"/> columns, which must stay where it is.</summary>
    public PixelRows Over(byte* pixels, int width)
    {
        _pixels = pixels;
        _width = width;
        return this;
    }

    public override void Load(int y, float* target, int stride) =>
        PixelPlanes.Split(_pixels + ((long)y * _width * 3), _width, mean, target, target + stride, target + (2 * (nint)stride));
}

/// <summary>Values [C, H, W] as they are.</summary>
internal sealed unsafe class ValueRows(int channels) : InputRows
{
    private float* _values;
    private int _height;
    private int _width;

    /// <summary>Takes an input of <paramref name="height"/> rows and <paramref name="width"/> columns, which must stay where it is.</summary>
    public ValueRows Over(float* values, int height, int width)
    {
        _values = values;
        (_height, _width) = (height, width);
        return this;
    }

    public override void Load(int y, float* target, int stride)
    {
        for (var c = 0; c < channels; c++)
            new ReadOnlySpan<float>(_values + ((((long)c * _height) + y) * _width), _width).CopyTo(new Span<float>(target + (c * (nint)stride), _width));
    }
}
