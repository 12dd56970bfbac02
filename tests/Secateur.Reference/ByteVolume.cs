namespace Secateur.Reference;

/// <summary>A feature map held as bytes: each stands for (byte - zero) * scale.</summary>
/// <param name="Bytes">The bytes, [C, H, W].</param>
/// <param name="Scale">What a step stands for.</param>
/// <param name="Zeros">Of each channel, what stands for zero.</param>
public sealed record ByteVolume(Volume Bytes, float Scale, float[] Zeros)
{
    /// <summary>The byte at a place; beyond the borders what stands for zero.</summary>
    public int At(int c, int y, int x) =>
        (int)(y >= 0 && y < Bytes.Height && x >= 0 && x < Bytes.Width ? Bytes[c, y, x] : MathF.Round(Zeros[c]));
}
