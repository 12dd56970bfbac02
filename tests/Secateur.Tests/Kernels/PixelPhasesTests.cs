using Secateur.Kernels.Layout;
using Xunit;

namespace Secateur.Tests.Kernels;

public unsafe class PixelPhasesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(83)]
    public void Every_fourth_pixel_is_of_a_phase_and_nothing_else_is_written(int count)
    {
        const int Stride = 40;
        const float Untouched = 1234;
        float[] mean = [1, 2.5f, 3];
        var rgb = new byte[count * 3];
        new Random(count).NextBytes(rgb);
        var planes = new float[3 * PixelPhases.Count * Stride];
        Array.Fill(planes, Untouched);
        fixed (byte* pixels = rgb)
        fixed (float* target = planes)
            PixelPhases.Split(pixels, count, mean, target, target + (PixelPhases.Count * Stride), target + (2 * PixelPhases.Count * Stride), Stride);
        for (var c = 0; c < 3; c++)
        {
            for (var k = 0; k < PixelPhases.Count; k++)
            {
                for (var x = 0; x < Stride; x++)
                {
                    var p = (PixelPhases.Count * x) + k;
                    Assert.Equal(p < count ? rgb[(3 * p) + c] - mean[c] : Untouched, planes[(((c * PixelPhases.Count) + k) * Stride) + x]);
                }
            }
        }
    }
}
