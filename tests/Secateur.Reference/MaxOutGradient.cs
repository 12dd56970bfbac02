namespace Secateur.Reference;

/// <summary>The gradient of S3FD's max-out: it goes to the largest of the background channels, of equal ones to the first, and to the face channel.</summary>
public static class MaxOutGradient
{
    /// <param name="outputGradient">dy, [2, H, W].</param>
    /// <param name="input">x, [C, H, W].</param>
    /// <returns>dx, [C, H, W].</returns>
    public static Volume Input(Volume outputGradient, Volume input)
    {
        var result = input.ZerosLike();
        for (var y = 0; y < input.Height; y++)
        {
            for (var x = 0; x < input.Width; x++)
            {
                var largest = 0;
                for (var c = 1; c < input.Channels - 1; c++)
                {
                    if (input[c, y, x] > input[largest, y, x]) largest = c;
                }

                result[largest, y, x] = outputGradient[0, y, x];
                result[input.Channels - 1, y, x] = outputGradient[1, y, x];
            }
        }

        return result;
    }
}
