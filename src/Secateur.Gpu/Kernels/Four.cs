using System.Runtime.CompilerServices;

namespace Secateur.Gpu.Kernels;

/// <summary>Four values in registers: four rows of a tile, or the weights of four channels, read as one.</summary>
internal struct Four
{
    public float A;
    public float B;
    public float C;
    public float D;

    /// <summary>Adds x times a weight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(float weight, Four x)
    {
        A += weight * x.A;
        B += weight * x.B;
        C += weight * x.C;
        D += weight * x.D;
    }
}
