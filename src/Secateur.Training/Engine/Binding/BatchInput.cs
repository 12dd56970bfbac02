using Secateur.Graph;
using Secateur.Kernels.Layout;
using Secateur.Pixels;

namespace Secateur.Training.Engine.Binding;

/// <summary>The images of a batch, [N, C, H, W] once they are in the workspace.</summary>
internal sealed class BatchInput(int batch, int channels, int height, int width, PixelFormat format)
{
    private readonly RgbImage?[] _images = new RgbImage?[batch];
    private readonly float[]?[] _values = new float[]?[batch];

    public int Channels { get; } = channels;

    public int Height { get; } = height;

    public int Width { get; } = width;

    /// <summary>Sets an image; the mean is subtracted on the way.</summary>
    /// <exception cref="ArgumentException">It has another size.</exception>
    public void Set(int index, RgbImage image)
    {
        if (Channels != 3 || image.Height != Height || image.Width != Width)
            throw new ArgumentException($"the network trains on [{Channels}, {Height}, {Width}], the image is [3, {image.Height}, {image.Width}]", nameof(image));
        (_images[index], _values[index]) = (image, null);
    }

    /// <summary>Sets the values [C, H, W] of an image.</summary>
    /// <exception cref="ArgumentException">There are more or fewer.</exception>
    public void Set(int index, ReadOnlySpan<float> values)
    {
        if (values.Length != Channels * Height * Width)
            throw new ArgumentException($"the network trains on [{Channels}, {Height}, {Width}], {values.Length} values were given", nameof(values));
        (_images[index], _values[index]) = (null, values.ToArray());
    }

    /// <exception cref="InvalidOperationException">An image was never set.</exception>
    public void RequireAll()
    {
        for (var i = 0; i < _images.Length; i++)
        {
            if (_images[i] is null && _values[i] is null) throw new InvalidOperationException($"image {i} of the batch was not set");
        }
    }

    /// <summary>Writes an image, plane c at <paramref name="target"/> + c * <paramref name="planeStride"/>.</summary>
    public unsafe void CopyTo(int index, float* target, int planeStride)
    {
        var positions = Height * Width;
        if (_values[index] is { } values)
        {
            for (var c = 0; c < Channels; c++) values.AsSpan(c * positions, positions).CopyTo(new Span<float>(target + ((nint)c * planeStride), positions));
            return;
        }

        var red = (nint)format.RedPlane * planeStride;
        fixed (byte* pixels = _images[index]!.Pixels)
            PixelPlanes.Split(pixels, positions, format.Mean, target + red, target + planeStride, target + (2 * (nint)planeStride) - red);
    }
}
