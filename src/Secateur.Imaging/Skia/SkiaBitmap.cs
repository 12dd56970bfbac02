using Secateur.Pixels;
using SkiaSharp;

namespace Secateur.Imaging.Skia;

/// <summary>Pictures as Skia encodes them and draws on them.</summary>
internal static unsafe class SkiaBitmap
{
    private const int PngLevel = 6;
    private const int MaxWebPSide = 16383;

    /// <summary>A copy.</summary>
    public static SKBitmap Of(RgbImage image)
    {
        var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque, null));
        RgbaPixels.FromRgb(image.Pixels, (byte*)bitmap.GetPixels());
        return bitmap;
    }

    /// <summary>A copy.</summary>
    public static RgbImage ToImage(SKBitmap bitmap)
    {
        var image = new RgbImage(bitmap.Width, bitmap.Height);
        fixed (byte* to = image.Pixels) RgbaPixels.ToRgbOnWhite((byte*)bitmap.GetPixels(), to, (nuint)image.Pixels.Length / 3);
        return image;
    }

    public static byte[] EncodePng(RgbImage image) => Encode(image, pixels => pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, PngLevel)));

    /// <exception cref="ArgumentException">The picture is larger than a WebP can be.</exception>
    public static byte[] EncodeWebP(RgbImage image, int quality) => image.Width > MaxWebPSide || image.Height > MaxWebPSide
        ? throw new ArgumentException($"{image.Width} x {image.Height} pixels do not fit into a WebP, whose sides are {MaxWebPSide} at most", nameof(image))
        : Encode(image, pixels => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, quality)));

    public static byte[] EncodeJpeg(RgbImage image, int quality, bool fullChroma)
    {
        var chroma = fullChroma ? SKJpegEncoderDownsample.Downsample444 : SKJpegEncoderDownsample.Downsample420;
        return Encode(image, pixels => pixels.Encode(new SKJpegEncoderOptions(quality, chroma, SKJpegEncoderAlphaOption.Ignore)));
    }

    private static byte[] Encode(RgbImage image, Func<SKPixmap, SKData?> encode)
    {
        using var bitmap = Of(image);
        using var pixels = bitmap.PeekPixels();
        using var data = encode(pixels) ?? throw new InvalidOperationException($"Skia could not encode a picture of {image.Width} x {image.Height} pixels");
        return data.ToArray();
    }
}
