namespace Secateur.Kernels.Quads;

/// <summary>
/// What <see cref="QuadConv"/> needs. A map of bytes lies in planes of quads: the bytes of four channels of a pixel, a plane for every four channels,
/// in the layout of a plane of floats (<see cref="Layout.PlanarLayout"/>), whose halo holds the bytes that stand for zero.
/// </summary>
internal unsafe ref struct QuadConvCall
{
    /// <summary>Position 0 of the first plane.</summary>
    public uint* Input;

    /// <summary>The distance of each tap, a plane and a place in the kernel, in quads.</summary>
    public int* Offsets;

    /// <summary>How many taps.</summary>
    public int Taps;

    /// <summary>[tap, 4 filters, 4 channels].</summary>
    public sbyte* Weights;

    /// <summary>
    /// How many taps there are up to the end of each run of them (<see cref="QuadConv.Arrange"/>). Within a run no two channels, even or odd, of a filter can sum to more than 16 bits hold.
    /// </summary>
    public int* RunEnds;

    /// <summary>How many runs.</summary>
    public int Runs;

    /// <summary>The sums of the four filters, a row each.</summary>
    public int* Sums;

    /// <summary>From one row to the next, at least what <see cref="QuadConv.RoundUp"/> says.</summary>
    public int SumStride;
}
