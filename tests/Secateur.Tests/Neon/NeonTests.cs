using System.Runtime.Intrinsics.X86;
using Secateur.Tests.Detection;
using Secateur.Tests.Kernels;
using Secateur.Tests.Runtime;
using Xunit;

namespace Secateur.Tests.Neon;

/// <summary>The tests of what runs on vectors, for ARM, in an emulator: that tells whether results are right, not how fast they are.</summary>
public sealed class NeonTests(NeonProgram program) : IClassFixture<NeonProgram>
{
    private const string Machine = "Arm64, NEON True, Vector128, 32 registers";

    [NeonFact]
    public async Task Forward_passes_on_NEON_are_those_of_vectors_of_128_bits_here_bit_for_bit()
    {
        Assert.True(Fma.IsSupported, "without fused multiply-adds the last bits are others");
        var (code, output) = await program.Run();
        Assert.True(code == 0, output);
        Assert.Equal(SimdLevelTests.Probe([(Secateur.Kernels.Simd.SimdLevels.Variable, "128")]).Output, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [NeonFact]
    public Task Kernels_compute_on_NEON_what_their_definitions_say() => Pass(
        nameof(SimdDispatchTests),
        nameof(ConvKernelTests),
        nameof(WinogradTests),
        nameof(DepthwiseTileTests),
        nameof(PhaseSplitTests),
        nameof(PixelPlanesTests),
        nameof(BorderRowsTests),
        nameof(UpsampleTests),
        nameof(PlaneKernelTests));

    [SlowNeonFact]
    public Task Plans_and_detection_pass_on_NEON() => Pass(
        nameof(ConvPlanTests),
        nameof(PlanStepsTests),
        nameof(SeparableStepTests),
        nameof(PhaseWindowTests),
        nameof(PlanPropertyTests),
        nameof(InferenceSessionTests),
        nameof(ForwardGoldenTests),
        nameof(AnchorDecoderTests),
        nameof(BoxVotingTests),
        nameof(NonMaximumSuppressionTests),
        nameof(CrowdTests),
        nameof(FaceDetectorTests),
        nameof(MultiScaleTestTests));

    private async Task Pass(params string[] classes)
    {
        var (code, output) = await program.Run(classes);
        Assert.True(code == 0, output);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Machine, lines[0]);
        Assert.Equal(classes, lines[1..].Select(line => line.Split(':')[0]));
    }
}
