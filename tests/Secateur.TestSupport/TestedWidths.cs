using System.Collections.Immutable;
using System.Runtime.Intrinsics.Arm;
using Secateur.Kernels.Simd;

namespace Secateur.TestSupport;

/// <summary>The vector widths that kernels are tested with.</summary>
public static class TestedWidths
{
    /// <summary>All, also those that the machine has not got; but on ARM those of NEON alone: wider ones are plain code there, and take minutes.</summary>
    public static ImmutableArray<SimdLevel> All { get; } = AdvSimd.IsSupported ? [SimdLevel.Vector128] : [.. Enum.GetValues<SimdLevel>()];
}
