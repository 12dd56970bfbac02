using System.Runtime.CompilerServices;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Activation;

/// <summary><see cref="ScalarActivation"/> over one vector, for kernels that apply it before they store.</summary>
internal static class VectorActivation
{
    /// <summary>max(x, 0) + slope * min(x, 0).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TSimd, TVector>(TVector x, TVector slope)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var zero = TSimd.Broadcast(0);
        return TSimd.MultiplyAdd(slope, TSimd.Min(x, zero), TSimd.Max(x, zero));
    }
}
