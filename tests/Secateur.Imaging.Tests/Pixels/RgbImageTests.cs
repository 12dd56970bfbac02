using Secateur.Pixels;

namespace Secateur.Imaging.Tests.Pixels;

public sealed class RgbImageTests
{
    [Fact]
    public void Mirroring_exchanges_left_and_right()
    {
        var mirrored = new RgbImage(3, 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19]).Mirror();
        Assert.Equal((3, 2), (mirrored.Width, mirrored.Height));
        Assert.Equal([7, 8, 9, 4, 5, 6, 1, 2, 3, 17, 18, 19, 14, 15, 16, 11, 12, 13], mirrored.Pixels);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 9)]
    [InlineData(33, 17)]
    public void Mirroring_twice_changes_nothing(int width, int height)
    {
        var image = TestImages.Noise(width, height, 3);
        Assert.Equal(image.Pixels, image.Mirror().Mirror().Pixels);
    }
}
