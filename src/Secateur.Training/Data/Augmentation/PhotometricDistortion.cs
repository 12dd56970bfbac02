namespace Secateur.Training.Data.Augmentation;

/// <summary>
/// Brightness, then contrast, saturation and hue in one of the two usual orders, each half the time (Howard, 2013, as S3FD and PyramidBox use it).
/// </summary>
internal static class PhotometricDistortion
{
    public static void Apply(ImageRegion region, PhotometricDraws draws)
    {
        if (draws.Brightness is { } brightness) Brightness.Apply(region, 1 + brightness);
        if (draws.ContrastFirst && draws.Contrast is { } early) Contrast.Apply(region, 1 + early);
        if (draws.Saturation is { } saturation) Saturation.Apply(region, 1 + saturation);
        if (draws.Hue is { } hue) HueShift.Apply(region, hue);
        if (!draws.ContrastFirst && draws.Contrast is { } late) Contrast.Apply(region, 1 + late);
    }
}
