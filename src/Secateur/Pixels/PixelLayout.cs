namespace Secateur.Pixels;

/// <summary>The bytes of a pixel, in the order of memory.</summary>
public enum PixelLayout
{
    /// <summary>Red, green, blue.</summary>
    Rgb,

    /// <summary>Blue, green, red, as in OpenCV.</summary>
    Bgr,

    /// <summary>Red, green, blue and a fourth byte, which is passed over.</summary>
    Rgba,

    /// <summary>Blue, green, red and a fourth byte, which is passed over.</summary>
    Bgra,

    /// <summary>Brightness.</summary>
    Grey,
}
