using System.Collections.Immutable;
using Secateur.Kernels;

namespace Secateur.Runtime.Memory;

/// <summary>A map held as bytes, four channels a plane (see <see cref="Kernels.Quads.QuadConvCall"/>).</summary>
/// <param name="Quads">Its planes of quads.</param>
/// <param name="Slots">Of each channel, its place: plane times four plus lane.</param>
/// <param name="Scale">What a step of a byte stands for.</param>
/// <param name="Zeros">Of each channel, what stands for zero; a whole number but for images.</param>
internal sealed record ByteMap(MapView Quads, int[] Slots, float Scale, float[] Zeros)
{
    /// <summary>Lanes of a quad.</summary>
    public const int Lanes = 4;

    /// <summary>Planes that so many channels need.</summary>
    public static int PlanesOf(int channels) => (channels + Lanes - 1) / Lanes;

    /// <summary>Some of the channels.</summary>
    public ByteMap Select(ImmutableArray<int> channels) =>
        this with { Slots = Arrays.Of(channels.Length, i => Slots[channels[i]]), Zeros = Arrays.Of(channels.Length, i => Zeros[channels[i]]) };

    /// <summary>The quad of a plane that stands for zeros.</summary>
    public uint ZeroQuad(int plane)
    {
        var quad = 0u;
        for (var c = 0; c < Slots.Length; c++)
        {
            if (Slots[c] / Lanes == plane) quad |= (uint)MathF.Round(Zeros[c]) << (Slots[c] % Lanes * 8);
        }

        return quad;
    }
}
