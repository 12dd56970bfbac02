namespace Secateur.Kernels.Upsample;

/// <summary>Where an output pixel of a bilinear upsampling lies between two input pixels: (1 - T) * Low + T * High.</summary>
public readonly record struct BilinearTap(int Low, int High, float T)
{
    /// <summary>Corners not aligned: source (index + 0.5) * inputSize / outputSize - 0.5, not below 0.</summary>
    public static BilinearTap At(int index, int inputSize, int outputSize)
    {
        var source = Math.Max(((index + 0.5f) * ((float)inputSize / outputSize)) - 0.5f, 0);
        var low = Math.Min((int)source, inputSize - 1);
        return new BilinearTap(low, Math.Min(low + 1, inputSize - 1), source - low);
    }
}

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
