using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Tests;

public class KernelCompilationTests
{
    private static readonly MethodInfo[] _kernels =
    [
        .. typeof(GpuDevice).Assembly.GetTypes()
            .Where(t => t.Name.EndsWith("Kernels", StringComparison.Ordinal))
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(m => m.ReturnType == typeof(void) && !m.IsPrivate),
    ];

    public static TheoryData<string> Names => [.. _kernels.Select(NameOf)];

    /// <summary>Without a card: what classes named ...Kernels offer becomes code for NVIDIA's devices.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Compiles_for_cuda(string name)
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_80), CudaArchitecture.SM_80, CudaInstructionSet.ISA_70, null);
        var kernel = _kernels.Single(m => NameOf(m) == name);

        var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default);

        Assert.Contains(".entry", compiled.PTXAssembly, StringComparison.Ordinal);
    }

    private static string NameOf(MethodInfo kernel) => $"{kernel.DeclaringType!.Name}.{kernel.Name}";
}
