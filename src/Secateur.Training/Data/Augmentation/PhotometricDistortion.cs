namespace Secateur.Training.Data.Augmentation;

/// <summary>
/// Brightness, then contrast, saturation and hue in one of the two usual orders, each half the time (Howard, 2013, as S3FD and PyramidBox use it).
/// </summary>
internal static class PhotometricDistortion
{
    public static void Apply(ImageRegion region, SeededRandom random)
    {
        if (region.Width == 0) return;
        var contrastFirst = random.NextBool();
        if (Draw(Brightness.Range, random) is { } brightness) Brightness.Apply(region, 1 + brightness);
        var contrast = Draw(Contrast.Range, random);
        if (contrastFirst && contrast is { } early) Contrast.Apply(region, 1 + early);
        if (Draw(Saturation.Range, random) is { } saturation) Saturation.Apply(region, 1 + saturation);
        if (Draw(HueShift.Range, random) is { } hue) HueShift.Apply(region, hue);
        if (!contrastFirst && contrast is { } late) Contrast.Apply(region, 1 + late);
    }

    private static float? Draw(double range, SeededRandom random) => random.NextBool() ? (float)random.Uniform(-range, range) : null;
}
