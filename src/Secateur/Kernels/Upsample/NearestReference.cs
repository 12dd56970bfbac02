namespace Secateur.Kernels.Upsample;

/// <summary>The definition of nearest upsampling.</summary>
public static class NearestReference
{
    /// <summary>The source of output pixel <paramref name="index"/>, in the float32 arithmetic of the frameworks.</summary>
    public static int Source(int index, int inputSize, int outputSize) =>
        Math.Min((int)(index * ((float)inputSize / outputSize)), inputSize - 1);

    /// <summary>Enlarges [C, h, w] to [C, height, width].</summary>
    public static Volume Run(Volume input, int height, int width)
    {
        var result = new Volume(input.Channels, height, width);
        for (var c = 0; c < input.Channels; c++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                    result[c, y, x] = input[c, Source(y, input.Height, height), Source(x, input.Width, width)];
            }
        }

        return result;
    }
}
