using System.Runtime.CompilerServices;

namespace Secateur.Gpu.Kernels;

/// <summary>The products of eight outputs' gradients and eight inputs, summed over the positions of a thread, in registers.</summary>
internal struct WeightTile
{
    public const int Side = 8;

    public Four Low0;
    public Four High0;
    public Four Low1;
    public Four High1;
    public Four Low2;
    public Four High2;
    public Four Low3;
    public Four High3;
    public Four Low4;
    public Four High4;
    public Four Low5;
    public Four High5;
    public Four Low6;
    public Four High6;
    public Four Low7;
    public Four High7;

    /// <summary>Adds the products at a position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Four lowGradients, Four highGradients, Four low, Four high)
    {
        Low0.Add(lowGradients.A, low);
        High0.Add(lowGradients.A, high);
        Low1.Add(lowGradients.B, low);
        High1.Add(lowGradients.B, high);
        Low2.Add(lowGradients.C, low);
        High2.Add(lowGradients.C, high);
        Low3.Add(lowGradients.D, low);
        High3.Add(lowGradients.D, high);
        Low4.Add(highGradients.A, low);
        High4.Add(highGradients.A, high);
        Low5.Add(highGradients.B, low);
        High5.Add(highGradients.B, high);
        Low6.Add(highGradients.C, low);
        High6.Add(highGradients.C, high);
        Low7.Add(highGradients.D, low);
        High7.Add(highGradients.D, high);
    }
}
