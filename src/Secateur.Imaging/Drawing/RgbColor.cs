namespace Secateur.Imaging.Drawing;

/// <summary>A colour, 8 bits a channel.</summary>
public readonly record struct RgbColor(byte Red, byte Green, byte Blue)
{
    /// <summary>Black or white, whichever is easier to read on this colour.</summary>
    public RgbColor Contrasting => (0.299 * Red) + (0.587 * Green) + (0.114 * Blue) > 128 ? new RgbColor(0, 0, 0) : new RgbColor(255, 255, 255);
}
