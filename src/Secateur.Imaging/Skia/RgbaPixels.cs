namespace Secateur.Imaging.Skia;

/// <summary>Between three bytes a pixel and Skia's four.</summary>
internal static unsafe class RgbaPixels
{
    private const byte Opaque = 255;

    /// <summary>Drops the fourth byte; what is transparent is shown on white.</summary>
    public static void ToRgbOnWhite(byte* rgba, byte* rgb, nuint pixels)
    {
        for (nuint i = 0; i < pixels; i++, rgba += 4, rgb += 3)
        {
            if (rgba[3] == Opaque) (rgb[0], rgb[1], rgb[2]) = (rgba[0], rgba[1], rgba[2]);
            else (rgb[0], rgb[1], rgb[2]) = (OnWhite(rgba[0], rgba[3]), OnWhite(rgba[1], rgba[3]), OnWhite(rgba[2], rgba[3]));
        }
    }

    /// <summary>Makes pixels opaque where all are transparent: bitmaps of Windows often have a fourth byte without meaning, zero.</summary>
    public static void ShowIfAllAreHidden(byte* rgba, nuint pixels)
    {
        for (nuint i = 0; i < pixels; i++)
        {
            if (rgba[(i * 4) + 3] != 0) return;
        }

        for (nuint i = 0; i < pixels; i++) rgba[(i * 4) + 3] = Opaque;
    }

    /// <summary>Adds a fourth byte, opaque.</summary>
    public static void FromRgb(ReadOnlySpan<byte> rgb, byte* rgba)
    {
        for (var i = 0; i < rgb.Length; i += 3, rgba += 4) (rgba[0], rgba[1], rgba[2], rgba[3]) = (rgb[i], rgb[i + 1], rgb[i + 2], Opaque);
    }

    private static byte OnWhite(int value, int alpha) => (byte)(255 - ((((255 - value) * alpha) + 127) / 255));
}
