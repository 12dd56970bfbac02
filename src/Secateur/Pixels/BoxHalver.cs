namespace Secateur.Pixels;

/// <summary>Halves a picture by means of 2 x 2 pixels; a cell that sticks out of the picture takes the mean of the pixels inside.</summary>
internal static class BoxHalver
{
    public static void Halve(RgbImage source, RgbImage target)
    {
        for (var y = 0; y < target.Height; y++)
        {
            var upper = Row(Math.Min(2 * y, source.Height - 1));
            var lower = Row(Math.Min((2 * y) + 1, source.Height - 1));
            var onlyUpper = (2 * y) + 1 >= source.Height;
            var result = target.Pixels.AsSpan(y * target.Width * 3, target.Width * 3);
            var whole = onlyUpper ? 0 : Math.Min(target.Width, source.Width / 2) * 3;
            var from = 0;
            for (var i = 0; i < whole; i++)
            {
                result[i] = (byte)((upper[from] + upper[from + 3] + lower[from] + lower[from + 3] + 2) >> 2);
                from += i % 3 == 2 ? 4 : 1;
            }
            for (var i = whole; i < result.Length; i++)
            {
                var left = (i / 3 * 6) + (i % 3);
                var right = left + 3 < upper.Length ? left + 3 : left;
                // At an edge two pixels (or all four) are the same one, so the four always have the mean of the pixels inside.
                result[i] = (byte)MathF.Round((upper[left] + upper[right] + lower[left] + lower[right]) / 4f, MidpointRounding.ToEven);
            }
        }

        ReadOnlySpan<byte> Row(int y) => source.Pixels.AsSpan(y * source.Width * 3, source.Width * 3);
    }
}
