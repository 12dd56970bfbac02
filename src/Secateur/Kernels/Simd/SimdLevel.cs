using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Secateur.Kernels.Simd;

/// <summary>A width of vectors that the kernels are compiled for.</summary>
public enum SimdLevel
{
    /// <summary>128 bits: SSE, NEON, or plain code where there is neither.</summary>
    Vector128 = 128,

    /// <summary>256 bits: AVX2.</summary>
    Vector256 = 256,

    /// <summary>512 bits: AVX-512.</summary>
    Vector512 = 512,
}

/// <summary>Picks the vector width.</summary>
public static class SimdLevels
{
    /// <summary>Set to 128, 256 or 512 to force a width.</summary>
    public const string Variable = "SECATEUR_SIMD";

    /// <summary>The widest that the machine runs natively, or what <see cref="Variable"/> says.</summary>
    /// <exception cref="InvalidOperationException">The variable holds something else.</exception>
    public static SimdLevel Detect()
    {
        var forced = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(forced))
            return Vector512.IsHardwareAccelerated ? SimdLevel.Vector512 : Vector256.IsHardwareAccelerated ? SimdLevel.Vector256 : SimdLevel.Vector128;
        return int.TryParse(forced, out var bits) && Enum.IsDefined((SimdLevel)bits)
            ? (SimdLevel)bits
            : throw new InvalidOperationException($"{Variable} is '{forced}'; expected 128, 256 or 512");
    }

    /// <summary>How many vectors the registers hold: 32 with AVX-512 and NEON, 16 elsewhere.</summary>
    internal static int Registers(this SimdLevel level) => level == SimdLevel.Vector512 || AdvSimd.IsSupported ? 32 : 16;
}
