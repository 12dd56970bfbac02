using System.Numerics;
using System.Runtime.InteropServices;

namespace Secateur.Training.Data.Augmentation;

/// <summary>Saturation: every pixel's distance from its own grey level times a factor of 1 +- 0.5.</summary>
internal static class Saturation
{
    public const double Range = 0.5;

    public static void Apply(ImageRegion region, float factor)
    {
        var planes = new RgbPlanes(region.Width);
        for (var y = region.Top; y < region.Bottom; y++)
        {
            planes.Load(region.Row(y));
            Blend(planes.Red, planes.Green, planes.Blue, factor);
            planes.Store(region.Row(y));
        }
    }

    private static void Blend(Span<float> red, Span<float> green, Span<float> blue, float factor)
    {
        var reds = MemoryMarshal.Cast<float, Vector<float>>(red);
        var greens = MemoryMarshal.Cast<float, Vector<float>>(green);
        var blues = MemoryMarshal.Cast<float, Vector<float>>(blue);
        for (var i = 0; i < reds.Length; i++)
        {
            var grey = ((reds[i] * (float)Grey.Red) + (greens[i] * (float)Grey.Green) + (blues[i] * (float)Grey.Blue)) * (1 - factor);
            reds[i] = (reds[i] * factor) + grey;
            greens[i] = (greens[i] * factor) + grey;
            blues[i] = (blues[i] * factor) + grey;
        }

        for (var i = reds.Length * Vector<float>.Count; i < red.Length; i++)
        {
            var grey = ((red[i] * (float)Grey.Red) + (green[i] * (float)Grey.Green) + (blue[i] * (float)Grey.Blue)) * (1 - factor);
            red[i] = (red[i] * factor) + grey;
            green[i] = (green[i] * factor) + grey;
            blue[i] = (blue[i] * factor) + grey;
        }
    }
}
