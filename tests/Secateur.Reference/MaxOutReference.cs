namespace Secateur.Reference;

/// <summary>The definition of S3FD's max-out: the strongest of the background channels, and the face channel.</summary>
public static class MaxOutReference
{
    /// <summary>[C, H, W] to [2, H, W].</summary>
    public static Volume Run(Volume input)
    {
        var result = new Volume(2, input.Height, input.Width);
        for (var y = 0; y < input.Height; y++)
        {
            for (var x = 0; x < input.Width; x++)
            {
                var background = input[0, y, x];
                for (var c = 1; c < input.Channels - 1; c++) background = Math.Max(background, input[c, y, x]);
                result[0, y, x] = background;
                result[1, y, x] = input[input.Channels - 1, y, x];
            }
        }

        return result;
    }
}
