namespace Secateur.Training.Data.Augmentation;

/// <summary>What a sample's random numbers say of its photometric steps; the amounts are null, each half the time, where a step is left out.</summary>
/// <param name="ContrastFirst">Whether contrast comes before saturation and hue, not after them.</param>
/// <param name="Brightness">The factor of <see cref="Augmentation.Brightness"/>, less 1.</param>
/// <param name="Contrast">The factor of <see cref="Augmentation.Contrast"/>, less 1.</param>
/// <param name="Saturation">The factor of <see cref="Augmentation.Saturation"/>, less 1.</param>
/// <param name="Hue">The turn of <see cref="HueShift"/>.</param>
internal readonly record struct PhotometricDraws(bool ContrastFirst, float? Brightness, float? Contrast, float? Saturation, float? Hue)
{
    /// <summary>No step at all.</summary>
    public static PhotometricDraws None => default;

    /// <summary>Draws them.</summary>
    public static PhotometricDraws Draw(SeededRandom random) => new(
        random.NextBool(),
        Amount(Augmentation.Brightness.Range, random),
        Amount(Augmentation.Contrast.Range, random),
        Amount(Augmentation.Saturation.Range, random),
        Amount(HueShift.Range, random));

    private static float? Amount(double range, SeededRandom random) => random.NextBool() ? (float)random.Uniform(-range, range) : null;
}
