using Secateur.Kernels.Conv2d;

namespace Secateur.Reference;

/// <summary>The definition of average pooling: the mean of each window, channel by channel.</summary>
public static class AveragePoolReference
{
    /// <summary>[C, H, W] to [C, H', W'].</summary>
    /// <param name="input">[C, H, W].</param>
    /// <param name="window">The window.</param>
    /// <param name="countPadding">Whether what is padded counts as zeros, or not at all.</param>
    public static Volume Run(Volume input, ConvGeometry window, bool countPadding)
    {
        var result = new Volume(input.Channels, window.OutputSize(input.Height), window.OutputSize(input.Width));
        for (var c = 0; c < result.Channels; c++)
        {
            for (var y = 0; y < result.Height; y++)
            {
                for (var x = 0; x < result.Width; x++)
                {
                    double[] values = [.. MaxPoolReference.Window(input, window, c, y, x)];
                    result[c, y, x] = values.Sum() / (countPadding ? window.Kernel * window.Kernel : values.Length);
                }
            }
        }

        return result;
    }

    /// <summary>The mean of each channel, [C, 1, 1].</summary>
    public static Volume Mean(Volume input)
    {
        var result = new Volume(input.Channels, 1, 1);
        for (var c = 0; c < result.Channels; c++) result[c, 0, 0] = input.Plane(c).ToArray().Average();
        return result;
    }

    /// <summary>dx: every pixel of a window gets the same share of its gradient.</summary>
    /// <param name="outputGradient">dy, [C, H', W'].</param>
    /// <param name="input">x, [C, H, W].</param>
    /// <param name="window">The window.</param>
    /// <param name="countPadding">Whether what is padded counts.</param>
    public static Volume InputGradient(Volume outputGradient, Volume input, ConvGeometry window, bool countPadding)
    {
        var result = input.ZerosLike();
        for (var c = 0; c < outputGradient.Channels; c++)
        {
            for (var y = 0; y < outputGradient.Height; y++)
            {
                for (var x = 0; x < outputGradient.Width; x++)
                {
                    (int Row, int Column)[] places = [.. MaxPoolReference.Places(input, window, y, x)];
                    var share = outputGradient[c, y, x] / (countPadding ? window.Kernel * window.Kernel : places.Length);
                    foreach (var (row, column) in places) result[c, row, column] += share;
                }
            }
        }

        return result;
    }
}
