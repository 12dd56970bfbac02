using Secateur.Kernels.Upsample;

namespace Secateur.Reference;

/// <summary>The definition of bilinear upsampling.</summary>
public static class BilinearReference
{
    /// <summary>Enlarges [C, h, w] to [C, height, width].</summary>
    public static Volume Run(Volume input, int height, int width)
    {
        var result = new Volume(input.Channels, height, width);
        for (var y = 0; y < height; y++)
        {
            var row = BilinearTap.At(y, input.Height, height);
            for (var x = 0; x < width; x++)
            {
                var column = BilinearTap.At(x, input.Width, width);
                for (var c = 0; c < input.Channels; c++)
                {
                    var top = Mix(input[c, row.Low, column.Low], input[c, row.Low, column.High], column.T);
                    var bottom = Mix(input[c, row.High, column.Low], input[c, row.High, column.High], column.T);
                    result[c, y, x] = Mix(top, bottom, row.T);
                }
            }
        }

        return result;
    }

    private static double Mix(double low, double high, double t) => ((1 - t) * low) + (t * high);
}
