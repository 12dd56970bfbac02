namespace Secateur.Imaging;

/// <summary>What the header of a picture file says.</summary>
/// <param name="Width">Width in pixels, as stored.</param>
/// <param name="Height">Height in pixels, as stored.</param>
/// <param name="Orientation">The EXIF orientation, 1 to 8; 1 is upright.</param>
public readonly record struct ImageHeader(int Width, int Height, int Orientation)
{
    private const int Upright = 1;
    private const int FirstOnItsSide = 5;

    /// <summary>Whether the picture has to be turned or mirrored to be shown as it was taken.</summary>
    public bool IsTurned => Orientation != Upright;

    /// <summary>The size once it is upright.</summary>
    public (int Width, int Height) UprightSize => Orientation >= FirstOnItsSide ? (Height, Width) : (Width, Height);
}
