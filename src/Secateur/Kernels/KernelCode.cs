using System.Runtime.CompilerServices;

namespace Secateur.Kernels;

/// <summary>When the kernels are compiled.</summary>
internal static class KernelCode
{
    /// <summary>
    /// Of a kernel. Where the runtime compiles it, at once and as well as it can: the first image must not wait for a second version. Where it is
    /// compiled ahead of time (<c>PublishReadyToRun</c>), as any other method: the option would forbid just that.
    /// </summary>
#if PRECOMPILED
    public const MethodImplOptions Options = default;
#else
    public const MethodImplOptions Options = MethodImplOptions.AggressiveOptimization;
#endif
}
