using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Kernels;

namespace Secateur.Gpu.Tests;

public class KernelCompilationTests
{
    private static readonly MethodInfo[] Kernels =
    [
        .. typeof(GpuDevice).Assembly.GetTypes()
            .Where(t => t.Name.EndsWith("Kernels", StringComparison.Ordinal))
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(m => m.ReturnType == typeof(void) && !m.IsPrivate),
    ];

    public static TheoryData<string> Names => [.. Kernels.Select(NameOf)];

    /// <summary>Without a card: what classes named ...Kernels offer becomes code for NVIDIA's devices.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Compiles_for_cuda(string name) => Assert.Contains(".entry", Compile(name), StringComparison.Ordinal);

    /// <summary>A product of float32 might be fused with a sum, and then decide between anchors otherwise than the processor's.</summary>
    [Fact]
    public void Matching_has_no_product_that_could_be_fused()
    {
        var code = Compile("MatchingKernels.FindBest") + Compile("MatchingKernels.Match");

        Assert.DoesNotContain("mul.f32", code, StringComparison.Ordinal);
        Assert.DoesNotContain("fma", code, StringComparison.Ordinal);
        Assert.DoesNotContain("approx", code, StringComparison.Ordinal);
        Assert.DoesNotContain(".ftz", code, StringComparison.Ordinal);
    }

    private static string Compile(string name)
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive));
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_80), CudaArchitecture.SM_80, CudaInstructionSet.ISA_70, null);
        var kernel = Kernels.Single(m => NameOf(m) == name);

        return ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default)).PTXAssembly;
    }

    /// <summary>Products of wide layers are the tensor cores' instruction.</summary>
    [Theory]
    [InlineData(nameof(MmaConvKernels.Forward))]
    [InlineData(nameof(MmaConvKernels.InputGradient))]
    public void Tensor_cores_get_their_instruction(string name)
    {
        var assembly = Compile($"{nameof(MmaConvKernels)}.{name}");

        Assert.Matches(@"mma\.sync\.aligned\.m16n8k8\.row\.col\.f32\.tf32\.tf32\.f32 {\s*(%f\d+(, )?){4}}, {(%r\d+(, )?){4}}, {%r\d+, %r\d+}, {(%f\d+(, )?){4}};", assembly);
    }

    private static string NameOf(MethodInfo kernel) => $"{kernel.DeclaringType!.Name}.{kernel.Name}";
}
