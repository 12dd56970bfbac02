using System.Runtime.CompilerServices;
using ILGPU;

namespace Secateur.Gpu.Kernels;

/// <summary>A thread of a warp that computes 32 positions of an image on tensor cores.</summary>
internal struct WarpPlace
{
    /// <summary>The image; beyond the batch for warps without work.</summary>
    public int Image;

    /// <summary>The warp's first position.</summary>
    public int Start;

    /// <summary>Its place in the warp.</summary>
    public int Lane;

    /// <summary>g of <see cref="Mma"/>.</summary>
    public int Group;

    /// <summary>t of <see cref="Mma"/>.</summary>
    public int Thread;

    /// <summary>The first position whose values the thread reads; the next are eight further each.</summary>
    public readonly int First => Start + Group;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WarpPlace Of(int positions)
    {
        var block = (Grid.IdxX * MmaConvKernels.Warps) + (ILGPU.Group.IdxX / Mma.Warp);
        var blocks = (positions + MmaConvKernels.Positions - 1) / MmaConvKernels.Positions;
        WarpPlace place;
        place.Image = block / blocks;
        place.Start = (block - (place.Image * blocks)) * MmaConvKernels.Positions;
        place.Lane = ILGPU.Group.IdxX % Mma.Warp;
        place.Group = place.Lane / 4;
        place.Thread = place.Lane % 4;
        return place;
    }
}
