namespace Secateur.Kernels.Simd;

/// <summary>A call of code that is written over the vector width: a small struct that carries the arguments, and what comes out.</summary>
internal interface ISimdCall
{
    /// <summary>Makes the call.</summary>
    void Run<TSimd, TVector>()
        where TSimd : ISimd<TVector>
        where TVector : struct;
}
