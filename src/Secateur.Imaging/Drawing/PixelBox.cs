namespace Secateur.Imaging.Drawing;

/// <summary>A rectangle of whole pixels; right and bottom are exclusive.</summary>
internal readonly record struct PixelBox(int Left, int Top, int Right, int Bottom)
{
    public int Width => Right - Left;

    public int Height => Bottom - Top;

    public bool IsEmpty => Width <= 0 || Height <= 0;

    /// <summary>Moves every edge outwards (inwards where negative).</summary>
    public PixelBox Grow(int by) => new(Left - by, Top - by, Right + by, Bottom + by);

    public PixelBox Intersect(PixelBox other) =>
        new(Math.Max(Left, other.Left), Math.Max(Top, other.Top), Math.Min(Right, other.Right), Math.Min(Bottom, other.Bottom));

    public bool Overlaps(PixelBox other) => !Intersect(other).IsEmpty;
}
