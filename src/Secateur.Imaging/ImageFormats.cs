namespace Secateur.Imaging;

internal enum ImageFormat
{
    Unknown,
    Jpeg,
    Png,
    WebP,
    Bmp,
    Gif,
    Netpbm,
}

/// <summary>Tells picture formats by the first bytes of a file.</summary>
internal static class ImageFormats
{
    private const string Names = "JPEG, PNG, WebP, GIF, BMP, PPM or PGM";

    public static ImageFormat Recognise(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8])) return ImageFormat.Jpeg;
        if (content.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G'])) return ImageFormat.Png;
        if (content.Length >= 12 && content.StartsWith("RIFF"u8) && content[8..].StartsWith("WEBP"u8)) return ImageFormat.WebP;
        if (content.StartsWith("GIF8"u8)) return ImageFormat.Gif;
        if (content.StartsWith("BM"u8)) return ImageFormat.Bmp;
        return content.Length >= 2 && content[0] == 'P' && content[1] is >= (byte)'1' and <= (byte)'7' ? ImageFormat.Netpbm : ImageFormat.Unknown;
    }

    public static string DescribeUnknown(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty) return "is empty";
        var known = content.StartsWith("II*\0"u8) || content.StartsWith("MM\0*"u8) ? "a TIFF"
            : content.Length >= 12 && content[4..].StartsWith("ftyp"u8) ? "a HEIF, AVIF or video"
            : null;
        return known is null
            ? $"is not a {Names} file (it starts with {Convert.ToHexString(content[..Math.Min(8, content.Length)])})"
            : $"is {known} file; {Names} can be read";
    }
}
