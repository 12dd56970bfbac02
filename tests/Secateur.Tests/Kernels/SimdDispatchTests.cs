using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;
using Xunit;

namespace Secateur.Tests.Kernels;

public class SimdDispatchTests
{
    [Theory]
    [InlineData(SimdLevel.Vector128, 4)]
    [InlineData(SimdLevel.Vector256, 8)]
    [InlineData(SimdLevel.Vector512, 16)]
    public void A_call_runs_with_vectors_of_the_width_and_comes_back(SimdLevel level, int width)
    {
        Assert.Equal(width, SimdDispatch.Run(level, default(WidthCall)).Width);
        var seen = 0;
        SimdDispatch.Run(level, new SeenCall(ref seen));
        Assert.Equal(width, seen);
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        var seen = 0;
        SimdDispatch.Run(SimdLevel.Vector256, new SeenCall(ref seen));
        var before = GC.GetAllocatedBytesForCurrentThread();
        SimdDispatch.Run(SimdLevel.Vector256, new SeenCall(ref seen));
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(SimdLevel.Vector128)]
    [InlineData(SimdLevel.Vector256)]
    [InlineData(SimdLevel.Vector512)]
    public void Blocks_of_a_convolution_have_eight_channels_with_32_registers_and_six_with_16(SimdLevel level) =>
        Assert.Equal(level.Registers() == 32 ? 8 : 6, DenseConv.BlockFor(level));

    private struct WidthCall : ISimdCall
    {
        public int Width { get; private set; }

        void ISimdCall.Run<TSimd, TVector>() => Width = TSimd.Width;
    }

    private readonly ref struct SeenCall(ref int seen) : ISimdCall
    {
        private readonly ref int _seen = ref seen;

        void ISimdCall.Run<TSimd, TVector>() => _seen = TSimd.Width;
    }
}
