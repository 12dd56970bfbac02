using Secateur.Kernels.Layout;
using Xunit;

namespace Secateur.Tests.Kernels;

public unsafe class PixelPlanesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(53)]
    public void Every_pixel_goes_to_its_three_planes(int count)
    {
        var rgb = new byte[3 * count];
        new Random(count).NextBytes(rgb);
        float[] mean = [123, 117, 104.5f];
        var planes = new float[3 * count];

        fixed (byte* pixels = rgb)
        fixed (float* target = planes)
            PixelPlanes.Split(pixels, count, mean, target, target + count, target + (2 * count));

        for (var p = 0; p < count; p++)
        {
            for (var c = 0; c < 3; c++) Assert.Equal(rgb[(3 * p) + c] - mean[c], planes[(c * count) + p]);
        }
    }
}
