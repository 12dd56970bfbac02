using Secateur.Kernels;

namespace Secateur.Training.Reference;

/// <summary>Parts of a <see cref="Volume"/>.</summary>
internal static class VolumeRows
{
    /// <summary>Row <paramref name="y"/> of channel <paramref name="c"/>, [W].</summary>
    public static Span<double> Row(this Volume volume, int c, int y) => volume.Data.AsSpan(((c * volume.Height) + y) * volume.Width, volume.Width);

    /// <summary>Channel <paramref name="c"/>, [H, W].</summary>
    public static Span<double> Plane(this Volume volume, int c) =>
        volume.Data.AsSpan(c * volume.Height * volume.Width, volume.Height * volume.Width);

    /// <summary>Zeros of the same shape.</summary>
    public static Volume ZerosLike(this Volume volume) => new(volume.Channels, volume.Height, volume.Width);
}
