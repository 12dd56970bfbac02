namespace Secateur.Training.Data.Augmentation;

/// <summary>Brightness: every value times a factor of 1 +- 0.125.</summary>
internal static class Brightness
{
    public const double Range = 0.125;

    public static void Apply(ImageRegion region, float factor) => LinearMap.Apply(region, factor, 0);
}
