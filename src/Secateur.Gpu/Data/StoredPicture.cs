using Secateur.Pixels;

namespace Secateur.Gpu.Data;

/// <summary>Where pictures are kept.</summary>
internal enum PicturePlace
{
    /// <summary>Nowhere: it is brought and forgotten.</summary>
    Nowhere,

    /// <summary>In the store's memory on the device.</summary>
    Device,

    /// <summary>In the store's memory on the host; it is brought whenever it is needed.</summary>
    Host,
}

/// <summary>A decoded picture.</summary>
/// <param name="pixels">The pixels.</param>
/// <param name="reduction">By how much its sides are shorter than the image's.</param>
/// <param name="place">Where it is kept.</param>
/// <param name="at">Where there, in bytes.</param>
internal sealed class StoredPicture(RgbImage pixels, int reduction, PicturePlace place, long at)
{
    public int Width { get; } = pixels.Width;

    public int Height { get; } = pixels.Height;

    public int Reduction => reduction;

    public PicturePlace Place => place;

    public long At => at;

    public int Bytes { get; } = pixels.Pixels.Length;

    /// <summary>The decoder's pixels, until they have been copied to their place. For the thread that works with the device.</summary>
    public byte[]? Pixels { get; private set; } = pixels.Pixels;

    /// <summary>Says that they are in their place.</summary>
    public void Settle() => Pixels = null;
}
