using Secateur.Kernels.Conv2d;

namespace Secateur.Reference;

/// <summary>The definition of max-pooling: the largest pixel of each window, channel by channel; what is padded is no pixel.</summary>
public static class MaxPoolReference
{
    /// <summary>[C, H, W] to [C, H', W'].</summary>
    public static Volume Run(Volume input, ConvGeometry window)
    {
        var result = new Volume(input.Channels, window.OutputSize(input.Height), window.OutputSize(input.Width));
        for (var c = 0; c < result.Channels; c++)
        {
            for (var y = 0; y < result.Height; y++)
            {
                for (var x = 0; x < result.Width; x++) result[c, y, x] = Window(input, window, c, y, x).Max();
            }
        }

        return result;
    }

    /// <summary>dx: each gradient goes to the largest pixel of its window, of equal ones to the first, row by row.</summary>
    /// <param name="outputGradient">dy, [C, H', W'].</param>
    /// <param name="input">x, [C, H, W].</param>
    /// <param name="window">The window.</param>
    public static Volume InputGradient(Volume outputGradient, Volume input, ConvGeometry window)
    {
        var result = input.ZerosLike();
        for (var c = 0; c < outputGradient.Channels; c++)
        {
            for (var y = 0; y < outputGradient.Height; y++)
            {
                for (var x = 0; x < outputGradient.Width; x++)
                {
                    var (row, column) = Largest(input, window, c, y, x);
                    result[c, row, column] += outputGradient[c, y, x];
                }
            }
        }

        return result;
    }

    /// <summary>The values of a window, row by row.</summary>
    public static IEnumerable<double> Window(Volume input, ConvGeometry window, int c, int y, int x) =>
        Places(input, window, y, x).Select(p => input[c, p.Row, p.Column]);

    /// <summary>The pixels of a window, row by row.</summary>
    public static IEnumerable<(int Row, int Column)> Places(Volume input, ConvGeometry window, int y, int x) =>
        from row in Inside(y, input.Height, window) from column in Inside(x, input.Width, window) select (row, column);

    private static (int Row, int Column) Largest(Volume input, ConvGeometry window, int c, int y, int x) =>
        Places(input, window, y, x).MaxBy(p => input[c, p.Row, p.Column]);

    private static IEnumerable<int> Inside(int at, int size, ConvGeometry window) =>
        Enumerable.Range((at * window.Stride) - window.Padding, window.Kernel).Where(i => i >= 0 && i < size);
}
