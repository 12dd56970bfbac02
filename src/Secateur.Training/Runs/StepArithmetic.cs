using System.Collections.Immutable;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Secateur.Kernels.Simd;

namespace Secateur.Training.Runs;

/// <summary>
/// What the last bits of a step on the processor depend on beside the configuration: the vector width, as sums are kept in that many lanes and convolutions choose their
/// algorithm by it, and whether multiply-adds are fused. Widths forced on a machine that has not got them give the same bits, and so do NEON and SSE.
/// </summary>
internal static class StepArithmetic
{
    private const string Unfused = " without FMA";

    /// <summary>All names.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Enum.GetValues<SimdLevel>().SelectMany(level => new[] { NameOf(level, true), NameOf(level, false) })];

    /// <summary>That of this process.</summary>
    /// <exception cref="InvalidOperationException"><see cref="SimdLevels.Variable"/> holds no width.</exception>
    public static string Here => NameOf(SimdLevels.Detect(), Fma.IsSupported || AdvSimd.IsSupported);

    /// <summary>Makes sure that all processes that share a step compute alike.</summary>
    /// <exception cref="InvalidOperationException">They do not; all processes throw it.</exception>
    public static void RequireSame(TrainingBackend backend)
    {
        var all = backend.Ranks.Join(backend.Simd ?? "");
        var other = Array.FindIndex(all, simd => simd != all[0]);
        if (other > 0)
            throw new InvalidOperationException($"rank {other} computes with {all[other]} vectors, rank 0 with {all[0]}: set {SimdLevels.Variable} to the narrowest width for all ranks");
    }

    private static string NameOf(SimdLevel level, bool fused) => $"{(int)level}-bit{(fused ? "" : Unfused)}";
}
