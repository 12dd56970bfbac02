using Secateur.Training.Data.Augmentation;

namespace Secateur.Gpu.Data;

/// <summary>A pixel in a kernel: red, green and blue of 0 to 255, whole numbers between the steps. The steps are those of the CPU, bit for bit.</summary>
internal struct PixelColor
{
    public float Red;
    public float Green;
    public float Blue;

    public PixelColor(float red, float green, float blue)
    {
        (Red, Green, Blue) = (red, green, blue);
    }

    public static PixelColor Unpack(uint packed) => new(packed & 255, (packed >> 8) & 255, (packed >> 16) & 255);

    public static uint Pack(PixelColor color) => (uint)color.Red | ((uint)color.Green << 8) | ((uint)color.Blue << 16);

    /// <summary>To the nearest byte values, halves up.</summary>
    public static PixelColor Round(float red, float green, float blue) => new(Round(red), Round(green), Round(blue));

    /// <summary>Every value times a factor plus an offset.</summary>
    public static PixelColor Scale(PixelColor color, float factor, float offset, uint zero) => Round(
        Exact.Product(color.Red, factor, zero) + offset,
        Exact.Product(color.Green, factor, zero) + offset,
        Exact.Product(color.Blue, factor, zero) + offset);

    public static PixelColor Saturate(PixelColor color, float factor, uint zero)
    {
        var grey = Exact.Product(color.Red, (float)Grey.Red, zero) + Exact.Product(color.Green, (float)Grey.Green, zero);
        grey = Exact.Product(grey + Exact.Product(color.Blue, (float)Grey.Blue, zero), 1 - factor, zero);
        return Scale(color, factor, grey, zero);
    }

    public static PixelColor TurnHue(PixelColor color, float shift, uint zero)
    {
        var (r, g, b) = (color.Red, color.Green, color.Blue);
        var value = Math.Max(r, Math.Max(g, b));
        var chroma = value - Math.Min(r, Math.Min(g, b));
        // A float's division need not be rounded properly everywhere; a double's is, and rounding it again does no harm.
        var scale = (float)(1 / (double)Math.Max(chroma, 1));
        var hue = value == r
            ? Exact.Product(g - b, scale, zero)
            : value == g ? Exact.Product(b - r, scale, zero) + 2 : Exact.Product(r - g, scale, zero) + 4;
        hue = Wrap(hue + (shift + HueShift.Sectors));
        return Round(Channel(hue, 5, value, chroma, zero), Channel(hue, 3, value, chroma, zero), Channel(hue, 1, value, chroma, zero));
    }

    private static float Channel(float hue, float phase, float value, float chroma, uint zero)
    {
        var k = Wrap(hue + phase);
        return value - Exact.Product(chroma, Math.Max(0, Math.Min(Math.Min(k, 4 - k), 1)), zero);
    }

    private static float Wrap(float hue)
    {
        if (hue >= HueShift.Sectors) hue -= HueShift.Sectors;
        return hue >= HueShift.Sectors ? hue - HueShift.Sectors : hue;
    }

    private static int Round(float value) => (int)Math.Min(Math.Max(value + 0.5f, 0), 255);
}
