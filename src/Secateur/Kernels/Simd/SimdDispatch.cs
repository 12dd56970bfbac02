using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Secateur.Kernels.Simd;

/// <summary>The one place where a vector width of run time becomes one of compile time.</summary>
internal static class SimdDispatch
{
    /// <summary>Makes a call with vectors of a width. Nothing is boxed: the compiler knows the struct, and so the method behind the interface.</summary>
    /// <returns>The call as it is afterwards.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TCall Run<TCall>(SimdLevel level, TCall call)
        where TCall : struct, ISimdCall, allows ref struct
    {
        switch (level)
        {
            case SimdLevel.Vector512:
                call.Run<Simd512, Vector512<float>>();
                break;
            case SimdLevel.Vector256:
                call.Run<Simd256, Vector256<float>>();
                break;
            default:
                call.Run<Simd128, Vector128<float>>();
                break;
        }

        return call;
    }
}
