using System.Text.Json;
using Secateur.Pixels;
using Secateur.TestSupport;

namespace Secateur.Imaging.Tests.Pixels;

public sealed class BilinearResizerTests
{
    [Fact]
    public void Doubling_a_row_of_two_mixes_three_to_one()
    {
        // Sources -0.25, 0.25, 0.75, 1.25: the outer two are clamped, the inner ones weigh 1536 and 512 of 2048.
        var doubled = BilinearResizer.Resize(new RgbImage(2, 1, [0, 100, 200, 100, 200, 40]), 2);
        Assert.Equal((4, 2), (doubled.Width, doubled.Height));
        byte[] row = [0, 100, 200, 25, 125, 160, 75, 175, 80, 100, 200, 40];
        Assert.Equal([.. row, .. row], doubled.Pixels);
    }

    [Fact]
    public void Shrinking_takes_no_mean_over_skipped_pixels()
    {
        // 12 columns by 0.25: sources 1.5, 5.5 and 9.5, each the mean of two neighbours; the bright column 3 is skipped.
        var image = new RgbImage(12, 4);
        for (var y = 0; y < 4; y++)
        {
            TestImages.SetPixel(image, 3, y, 255, 255, 255);
            TestImages.SetPixel(image, 5, y, 100, 50, 10);
        }
        var small = BilinearResizer.Resize(image, 0.25);
        Assert.Equal((3, 1), (small.Width, small.Height));
        Assert.Equal([0, 0, 0, 50, 25, 5, 0, 0, 0], small.Pixels);
    }

    [Fact]
    public void Halving_takes_the_mean_of_two_by_two_rounded_up()
    {
        var halved = BilinearResizer.Resize(new RgbImage(2, 2, [1, 10, 255, 2, 10, 255, 2, 11, 255, 1, 11, 255]), 0.5);
        Assert.Equal([2, 11, 255], halved.Pixels);
    }

    [Fact]
    public void Halving_at_an_odd_edge_takes_the_mean_of_the_pixels_inside_rounded_to_even()
    {
        // 3 * 0.5 = 1.5 becomes 2, so the second cell sticks out on the right and below.
        var image = new RgbImage(3, 3);
        TestImages.SetPixel(image, 2, 0, 4, 5, 6);
        TestImages.SetPixel(image, 2, 1, 5, 6, 9);
        TestImages.SetPixel(image, 2, 2, 77, 88, 99);
        var halved = BilinearResizer.Resize(image, 0.5);
        Assert.Equal((2, 2), (halved.Width, halved.Height));
        Assert.Equal((4, 6, 8), TestImages.PixelAt(halved, 1, 0));
        Assert.Equal((77, 88, 99), TestImages.PixelAt(halved, 1, 1));
    }

    [Theory]
    [InlineData(101, 75, 0.5, 50, 38)]
    [InlineData(103, 1, 0.5, 52, 1)]
    [InlineData(10, 3, 0.05, 1, 1)]
    [InlineData(640, 480, 1.69, 1082, 811)]
    public void Sizes_are_rounded_with_halves_to_even_and_at_least_one(int width, int height, double factor, int scaledWidth, int scaledHeight) =>
        Assert.Equal((scaledWidth, scaledHeight), BilinearResizer.ScaledSize(width, height, factor));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e9)]
    [InlineData(30_000)]
    public void Factors_without_a_result_are_refused(double factor) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BilinearResizer.Resize(new RgbImage(3, 2), factor));

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e-5)]
    [InlineData(0.1)]
    public void Tiny_factors_give_one_pixel_of_the_picture(double factor) =>
        Assert.Equal([9, 80, 200], BilinearResizer.Resize(TestImages.Filled(4, 3, 9, 80, 200), factor).Pixels);

    [Fact]
    public void A_factor_of_one_changes_nothing()
    {
        var image = TestImages.Noise(37, 23, 1);
        Assert.Equal(image.Pixels, BilinearResizer.Resize(image, 1).Pixels);
    }

    [Fact]
    public void Random_sizes_and_factors_agree_with_the_pixel_by_pixel_definition()
    {
        var random = new Random(5);
        for (var round = 0; round < 80; round++)
        {
            var image = TestImages.Noise(random.Next(1, 80), random.Next(1, 60), round);
            var factor = round % 10 == 0 ? 0.5 : Math.Exp((random.NextDouble() * 4) - 2);
            var resized = BilinearResizer.Resize(image, factor);
            Assert.True(Definition(image, factor).AsSpan().SequenceEqual(resized.Pixels), $"round {round}: {image.Width} x {image.Height} by {factor:R}");
        }
    }

    [SharedDataFact]
    public void Equals_OpenCV_in_every_pixel()
    {
        using var list = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("parity", "resize", "resize.json")));
        var compared = 0;
        foreach (var crop in list.RootElement.GetProperty("crops").EnumerateArray())
        {
            var source = ReadReference(crop);
            foreach (var result in crop.GetProperty("results").EnumerateArray())
            {
                var expected = ReadReference(result);
                var resized = BilinearResizer.Resize(source, result.GetProperty("scale").GetDouble());
                Assert.Equal((expected.Width, expected.Height), (resized.Width, resized.Height));
                Assert.True(expected.Pixels.AsSpan().SequenceEqual(resized.Pixels), $"{result} differs");
                compared++;
            }
        }
        Assert.Equal(12, compared);

        static RgbImage ReadReference(JsonElement item) => ImageFile.Read(SharedData.PathOf("parity", "resize", item.GetProperty("file").GetString()!));
    }

    private static byte[] Definition(RgbImage image, double factor)
    {
        var (width, height) = BilinearResizer.ScaledSize(image.Width, image.Height, factor);
        var result = new List<byte>(width * height * 3);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                    result.Add(factor == 0.5 ? CellMean(image, x, y, channel) : Interpolated(image, x, y, channel, factor));
            }
        }
        return [.. result];
    }

    private static byte CellMean(RgbImage image, int x, int y, int channel)
    {
        var inside = new List<int>();
        for (var row = 2 * y; row < Math.Min((2 * y) + 2, image.Height); row++)
        {
            for (var column = 2 * x; column < Math.Min((2 * x) + 2, image.Width); column++) inside.Add(Value(image, column, row, channel));
        }
        // A side of one pixel is raised from 0 to 1, so that its cell is never empty.
        return inside.Count == 4 ? (byte)((inside.Sum() + 2) >> 2) : (byte)Math.Round(inside.Average(), MidpointRounding.ToEven);
    }

    private static byte Interpolated(RgbImage image, int x, int y, int channel, double factor)
    {
        var (column, toRight) = Source(x);
        if (column < 0) (column, toRight) = (0, 0);
        if (column >= image.Width - 1) (column, toRight) = (image.Width - 1, 0);
        var (row, toBottom) = Source(y);
        var sums = new[] { row, row + 1 }.Select(r =>
        {
            r = Math.Clamp(r, 0, image.Height - 1);
            return (Value(image, column, r, channel) * Weight(1 - toRight)) + (Value(image, Math.Min(column + 1, image.Width - 1), r, channel) * Weight(toRight));
        }).ToArray();
        return (byte)((((Weight(1 - toBottom) * (sums[0] >> 4)) >> 16) + ((Weight(toBottom) * (sums[1] >> 4)) >> 16) + 2) >> 2);

        (int Index, float Fraction) Source(int at)
        {
            var position = (float)(((at + 0.5) / factor) - 0.5);
            return ((int)Math.Floor(position), position - MathF.Floor(position));
        }
        static int Weight(float fraction) => (int)Math.Round(fraction * 2048f, MidpointRounding.ToEven);
    }

    private static int Value(RgbImage image, int x, int y, int channel) => image.Pixels[(((y * image.Width) + x) * 3) + channel];
}
