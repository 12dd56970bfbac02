namespace Secateur.Weights;

/// <summary>How a feature map is held as unsigned bytes: a byte q stands for (q - <paramref name="Zero"/>) * <paramref name="Scale"/>.</summary>
/// <param name="Scale">Above zero.</param>
/// <param name="Zero">The byte that stands for zero.</param>
public readonly record struct MapQuantization(float Scale, byte Zero)
{
    /// <summary>The most that a byte holds.</summary>
    public const int MostByte = 255;

    /// <summary>For values from <paramref name="least"/> to <paramref name="most"/>, which with zero make the range; zero is exact.</summary>
    internal static MapQuantization Of(float least, float most)
    {
        (least, most) = (Math.Min(least, 0), Math.Max(most, 0));
        var scale = (float)(((double)most - least) / MostByte);
        return scale > 0 && float.IsFinite(scale) ? new MapQuantization(scale, (byte)Math.Clamp(Math.Round(-least / (double)scale), 0, MostByte)) : new MapQuantization(1, 0);
    }
}
