using System.Runtime.Intrinsics.X86;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Quads;

/// <summary>The instructions that products of bytes are summed with. All give the same sums.</summary>
internal enum QuadLevel
{
    /// <summary>Vectors of any processor.</summary>
    Portable,

    /// <summary><c>vpmaddubsw</c>: two products in 16 bits.</summary>
    Avx2,

    /// <summary><c>vpdpbusd</c>: four products added to 32 bits.</summary>
    Vnni,
}

/// <summary>Picks the instructions.</summary>
internal static class QuadLevels
{
    /// <summary>The best that the machine has, of the width that the kernels of floats have.</summary>
    public static QuadLevel For(SimdLevel simd) => simd == SimdLevel.Vector128 ? QuadLevel.Portable : All.Last();

    /// <summary>Those that the machine has.</summary>
    public static IEnumerable<QuadLevel> All
    {
        get
        {
            yield return QuadLevel.Portable;
            if (Avx2.IsSupported) yield return QuadLevel.Avx2;
            if (AvxVnni.IsSupported) yield return QuadLevel.Vnni;
        }
    }
}
