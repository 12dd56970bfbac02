using Secateur.Kernels.Upsample;

namespace Secateur.Reference;

/// <summary>The definition of nearest upsampling.</summary>
public static class NearestReference
{
    /// <summary>Enlarges [C, h, w] to [C, height, width].</summary>
    public static Volume Run(Volume input, int height, int width)
    {
        var result = new Volume(input.Channels, height, width);
        for (var c = 0; c < input.Channels; c++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                    result[c, y, x] = input[c, NearestSource.Of(y, input.Height, height), NearestSource.Of(x, input.Width, width)];
            }
        }

        return result;
    }
}
