namespace Secateur.Imaging;

/// <summary>How <see cref="ImageFile"/> reads.</summary>
public sealed record ImageReadOptions
{
    /// <summary>The default options.</summary>
    public static ImageReadOptions Default { get; } = new();

    /// <summary>
    /// Turns and mirrors the picture as its EXIF orientation asks, the way viewers show it (default). False gives the stored pixels, which
    /// the boxes of WIDER FACE are for.
    /// </summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>
    /// Decodes a JPEG at a half, a quarter or an eighth of its size (2, 4 or 8; each side rounded up), which takes much less time than
    /// decoding and shrinking it. Pictures in other formats keep their size. 1, the default, reduces nothing.
    /// </summary>
    public int JpegReduction { get; init; } = 1;

    /// <summary>A file that declares more pixels than this is refused before memory is set aside for it (default 100 million, 300 MB).</summary>
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary>Told, in a line, of what is wrong with a file that can be read nevertheless: a JPEG that lacks only its end marker.</summary>
    public Action<string>? OnWarning { get; init; }
}
