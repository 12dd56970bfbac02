namespace Secateur.Training.Data.Augmentation;

/// <summary>Contrast: the distance from the region's mean grey level times a factor of 1 +- 0.5.</summary>
internal static class Contrast
{
    public const double Range = 0.5;

    public static void Apply(ImageRegion region, float factor) => LinearMap.Apply(region, factor, (1 - factor) * MeanGrey(region));

    private static float MeanGrey(ImageRegion region)
    {
        // Sums of whole numbers: the same in whatever order a vectorised loop takes them.
        var (red, green, blue) = (0L, 0L, 0L);
        for (var y = region.Top; y < region.Bottom; y++)
        {
            var row = region.Row(y);
            var (r, g, b) = (0, 0, 0);
            for (var i = 0; i < row.Length; i += 3)
            {
                r += row[i];
                g += row[i + 1];
                b += row[i + 2];
            }

            (red, green, blue) = (red + r, green + g, blue + b);
        }

        var pixels = (long)region.Width * (region.Bottom - region.Top);
        return (float)(((Grey.Red * red) + (Grey.Green * green) + (Grey.Blue * blue)) / pixels);
    }
}
