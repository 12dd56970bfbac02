using Secateur.Gpu.Kernels;

namespace Secateur.Gpu.Tests.Engine;

public sealed class MmaTests
{
    [Theory]
    [InlineData(0x3f800000, 0x3f800000)]
    [InlineData(0x3f801000, 0x3f802000)]
    [InlineData(0x3f800fff, 0x3f800000)]
    [InlineData(0x7f800000, 0x7f800000)]
    public void Factors_are_rounded_to_ten_bits(int bits, int expected) =>
        Assert.Equal(expected, BitConverter.SingleToInt32Bits(Mma.Round(BitConverter.Int32BitsToSingle(bits))));

    [Theory]
    [InlineData(0x7fffffff)]
    [InlineData(0x7f800001)]
    [InlineData(-1)]
    public void No_number_stays_none(int bits)
    {
        // Tensor cores drop the last 13 bits.
        var rounded = BitConverter.SingleToInt32Bits(Mma.Round(BitConverter.Int32BitsToSingle(bits)));
        Assert.True(float.IsNaN(BitConverter.Int32BitsToSingle(rounded & ~0x1fff)));
    }
}
