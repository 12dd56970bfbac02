using Secateur.Pixels;
using Secateur.Training.Data.Augmentation;
using Xunit;

namespace Secateur.Training.Tests.Data.Augmentation;

public class PhotometricDistortionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(75)]
    public void Nothing_changes_with_neutral_factors(int width)
    {
        var image = Noise(width);
        var before = image.Pixels.ToArray();
        Brightness.Apply(ImageRegion.Whole(image), 1);
        Contrast.Apply(ImageRegion.Whole(image), 1);
        Saturation.Apply(ImageRegion.Whole(image), 1);
        HueShift.Apply(ImageRegion.Whole(image), 0);
        Assert.Equal(before, image.Pixels);
    }

    [Theory]
    [InlineData(0.05f)]
    [InlineData(-0.07f)]
    [InlineData(0.4f)]
    public void Hue_turns_the_circle_of_hsv(float turn)
    {
        var image = Noise(75);
        var before = image.Pixels.ToArray();
        HueShift.Apply(ImageRegion.Whole(image), turn);
        for (var i = 0; i < before.Length; i += 3)
        {
            var expected = Turned(before[i], before[i + 1], before[i + 2], turn);
            for (var c = 0; c < 3; c++) Assert.InRange(image.Pixels[i + c], expected[c] - 0.51, expected[c] + 0.51);
        }
    }

    [Fact]
    public void A_third_of_the_circle_makes_red_green_and_green_blue()
    {
        var image = new RgbImage(2, 1, [250, 10, 10, 10, 250, 10]);
        HueShift.Apply(ImageRegion.Whole(image), 1 / 3f);
        Assert.Equal([10, 250, 10, 10, 10, 250], image.Pixels);
    }

    [Fact]
    public void Brightness_contrast_and_saturation_are_the_linear_maps_of_their_definition()
    {
        var image = new RgbImage(2, 1, [100, 200, 40, 250, 0, 0]);
        Brightness.Apply(ImageRegion.Whole(image), 1.1f);
        Assert.Equal([110, 220, 44, 255, 0, 0], image.Pixels);

        // Grey levels 0.299 * 110 + 0.587 * 220 + 0.114 * 44 = 167.05 and 76.2: mean 121.6.
        Contrast.Apply(ImageRegion.Whole(image), 0.5f);
        Assert.Equal([116, 171, 83, 188, 61, 61], image.Pixels);

        // Grey level of the first 144.5.
        Saturation.Apply(ImageRegion.Whole(image), 0);
        Assert.Equal([145, 145, 145, 99, 99, 99], image.Pixels);
    }

    [Fact]
    public void Pixels_outside_the_region_stay()
    {
        var image = Noise(64);
        var before = image.Pixels.ToArray();
        var region = new ImageRegion(image, 5, 2, 50, 6);
        for (var sample = 0; sample < 20; sample++) PhotometricDistortion.Apply(region, PhotometricDraws.Draw(new SeededRandom(1, 0, sample)));
        for (var i = 0; i < before.Length; i++)
        {
            var (x, y) = (i / 3 % 64, i / 3 / 64);
            if (x is < 5 or >= 50 || y is < 2 or >= 6) Assert.Equal(before[i], image.Pixels[i]);
        }

        Assert.NotEqual(before, image.Pixels);
    }

    [Fact]
    public void An_empty_region_is_left_alone() =>
        PhotometricDistortion.Apply(new ImageRegion(new RgbImage(4, 4), 0, 0, 0, 0), new PhotometricDraws(true, 0.1f, 0.1f, 0.1f, 0.01f));

    private static RgbImage Noise(int width)
    {
        var image = new RgbImage(width, 9);
        new Random(width).NextBytes(image.Pixels);
        return image;
    }

    private static double[] Turned(double r, double g, double b, double turn)
    {
        var (value, chroma) = (Math.Max(r, Math.Max(g, b)), Math.Max(r, Math.Max(g, b)) - Math.Min(r, Math.Min(g, b)));
        if (chroma == 0) return [r, g, b];
        var hue = value == r ? (g - b) / chroma : value == g ? 2 + ((b - r) / chroma) : 4 + ((r - g) / chroma);
        hue = (((hue + (6 * turn)) % 6) + 6) % 6;
        var middle = chroma * (1 - Math.Abs((hue % 2) - 1));
        var (red, green, blue) = ((int)hue) switch { 0 => (chroma, middle, 0.0), 1 => (middle, chroma, 0.0), 2 => (0.0, chroma, middle), 3 => (0.0, middle, chroma), 4 => (middle, 0.0, chroma), _ => (chroma, 0.0, middle) };
        return [red + value - chroma, green + value - chroma, blue + value - chroma];
    }
}
