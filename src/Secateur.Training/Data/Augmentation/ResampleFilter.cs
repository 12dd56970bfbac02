namespace Secateur.Training.Data.Augmentation;

/// <summary>How pixels between pixels are made. Only <see cref="Area"/> smooths before it shrinks, as in the published training.</summary>
internal enum ResampleFilter
{
    /// <summary>The pixel at the place.</summary>
    Nearest,

    /// <summary>Between two pixels.</summary>
    Bilinear,

    /// <summary>Between four pixels (Keys, 1981, with a = -0.75).</summary>
    Bicubic,

    /// <summary>The mean over the area of the new pixel.</summary>
    Area,

    /// <summary>Between eight pixels: a sinc under a sinc window of four lobes.</summary>
    Lanczos,
}

/// <summary>The weights of the filters.</summary>
internal static class ResampleFilters
{
    private const double Keys = -0.75;
    private const int Lobes = 4;

    /// <summary>How far from its centre a filter reaches, in pixels of the source.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="step">Source pixels a target pixel.</param>
    public static double Reach(this ResampleFilter filter, double step) => filter switch
    {
        ResampleFilter.Bilinear => 1,
        ResampleFilter.Bicubic => 2,
        ResampleFilter.Area => (step / 2) + 0.5,
        ResampleFilter.Lanczos => Lobes,
        _ => 0.5,
    };

    /// <summary>The weight, before normalisation, of a pixel whose centre lies <paramref name="x"/> pixels from the place.</summary>
    public static double Weight(this ResampleFilter filter, double x, double step)
    {
        x = Math.Abs(x);
        return filter switch
        {
            ResampleFilter.Bilinear => Math.Max(0, 1 - x),
            ResampleFilter.Bicubic when x < 1 => ((((Keys + 2) * x) - (Keys + 3)) * x * x) + 1,
            ResampleFilter.Bicubic when x < 2 => Keys * ((((((x - 5) * x) + 8) * x) - 4)),
            ResampleFilter.Area => Math.Clamp((step / 2) + 0.5 - x, 0, Math.Min(1, step)),
            ResampleFilter.Lanczos when x < Lobes => Sinc(x) * Sinc(x / Lobes),
            ResampleFilter.Nearest => 1,
            _ => 0,
        };
    }

    private static double Sinc(double x) => x < 1e-9 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);
}
