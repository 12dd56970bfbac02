using Secateur.Pixels;
using Secateur.Training.Data.Augmentation;
using Secateur.Training.Data.Datasets;
using Xunit;

namespace Secateur.Training.Tests.Data.Augmentation;

public class ResamplerTests
{
    public static TheoryData<string> Filters => [.. Enum.GetNames<ResampleFilter>()];

    [Theory]
    [MemberData(nameof(Filters))]
    public void Pixels_are_the_weighted_sums_of_their_definition(string name)
    {
        var filter = Enum.Parse<ResampleFilter>(name);
        var source = Noise(83, 71, 1);
        foreach (var window in new SampleWindow[] { new(3.3, 5.6, 60), new(-20, 10.5, 150.7), new(40, 30, 9.4), new(0, 0, 71, Mirrored: true) })
        {
            var result = Resample(source, window, 61, filter).Image;
            for (var y = 0; y < 61; y++)
            {
                for (var x = 0; x < 61; x++)
                {
                    var expected = Expected(source, window, filter, x, y, 61);
                    for (var c = 0; c < 3; c++) Assert.InRange(result.Pixels[(((y * 61) + x) * 3) + c], expected[c] - 1, expected[c] + 1);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void A_window_of_the_same_size_is_copied_and_mirrored(string name)
    {
        var filter = Enum.Parse<ResampleFilter>(name);
        var source = Noise(50, 50, 2);
        var copy = Resample(source, SampleWindow.Whole(50, 50), 50, filter);
        Assert.Equal(source.Pixels, copy.Image.Pixels);
        Assert.Equal(ImageRegion.Whole(copy.Image), copy);
        Assert.Equal(source.Mirror().Pixels, Resample(source, SampleWindow.Whole(50, 50) with { Mirrored = true }, 50, filter).Image.Pixels);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 7)]
    [InlineData(300, 3)]
    public void Tiny_and_narrow_images_can_be_resampled(int width, int height)
    {
        var source = new RgbImage(width, height);
        source.Pixels.AsSpan().Fill(200);
        foreach (var filter in Enum.GetValues<ResampleFilter>())
        {
            var shown = Resample(source, SampleWindow.Whole(width, height), 40, filter);
            for (var y = shown.Top; y < shown.Bottom; y++) Assert.All(shown.Row(y).ToArray(), value => Assert.Equal(200, value));
        }
    }

    [Fact]
    public void Boxes_follow_the_pixels()
    {
        var face = new LabelledFace(150, 90, 210, 170);
        var picture = SmallDataset.Picture(400, 300, face);
        for (var sample = 0; sample < 150; sample++)
        {
            var random = new SeededRandom(7, 0, sample);
            var window = new SampleAugmentation(SmallDataset.Head, 320).ChooseWindow(400, 300, [face], random);
            var box = Assert.Single(window.Keep([face], 320));
            AgreesWithBright(Resample(picture, window, 320, (ResampleFilter)(sample % 5)), box, 1.5 + (0.5 * 320 / window.Side));
        }
    }

    /// <summary>The bounds of what is bright, as far as the box lies inside the sample.</summary>
    internal static void AgreesWithBright(ImageRegion shown, FaceBox box, double tolerance)
    {
        const int bright = 190;
        var (left, top, right, bottom) = (int.MaxValue, int.MaxValue, 0, 0);
        for (var y = shown.Top; y < shown.Bottom; y++)
        {
            for (var x = shown.Left; x < shown.Right; x++)
            {
                if (shown.Image.Pixels[((y * shown.Image.Width) + x) * 3] < bright) continue;
                (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
            }
        }

        var side = shown.Image.Width;
        var expected = new[] { box.X1, box.Y1, box.X2, box.Y2 }.Select(v => Math.Clamp(v, 0, 1) * (double)side);
        Assert.All(expected.Zip([left, top, right, bottom]), pair => Assert.InRange(pair.Second, pair.First - tolerance, pair.First + tolerance));
    }

    private static ImageRegion Resample(RgbImage source, SampleWindow window, int side, ResampleFilter filter) =>
        Resampler.Resample(source, ResampleAxes.Create(source.Width, source.Height, window, side, filter), SmallDataset.Head.Pixels.Mean);

    private static double[] Expected(RgbImage source, SampleWindow window, ResampleFilter filter, int x, int y, int side)
    {
        var step = window.Side / side;
        var (centerX, centerY) = (window.X + (((window.Mirrored ? side - 1 - x : x) + 0.5) * step), window.Y + ((y + 0.5) * step));
        if (centerX < 0 || centerY < 0 || centerX >= source.Width || centerY >= source.Height) return [123, 117, 104];
        var (sum, total) = (new double[3], 0.0);
        foreach (var (row, rowWeight) in Weights(centerY))
        {
            foreach (var (column, weight) in Weights(centerX))
            {
                var at = ((Math.Clamp(row, 0, source.Height - 1) * source.Width) + Math.Clamp(column, 0, source.Width - 1)) * 3;
                for (var c = 0; c < 3; c++) sum[c] += source.Pixels[at + c] * weight * rowWeight;
                total += weight * rowWeight;
            }
        }

        return [.. sum.Select(value => Math.Clamp(value / total, 0, 255))];

        IEnumerable<(int Index, double Weight)> Weights(double center) => filter switch
        {
            ResampleFilter.Nearest => [((int)Math.Floor(center), 1.0)],
            // The exact share of every pixel that the new one covers.
            ResampleFilter.Area => Around(center, j => Math.Max(0, Math.Min(center + (step / 2), j + 1) - Math.Max(center - (step / 2), j))),
            ResampleFilter.Bilinear => Around(center, j => Math.Max(0, 1 - Math.Abs(j + 0.5 - center))),
            ResampleFilter.Bicubic => Around(center, j => Cubic(Math.Abs(j + 0.5 - center))),
            _ => Around(center, j => Math.Abs(j + 0.5 - center) is var d && d >= 4 ? 0 : d == 0 ? 1 : 4 * Math.Sin(Math.PI * d) * Math.Sin(Math.PI * d / 4) / (Math.PI * Math.PI * d * d)),
        };

        static IEnumerable<(int, double)> Around(double center, Func<int, double> weight) =>
            Enumerable.Range((int)Math.Floor(center) - 6, 13).Select(j => (j, weight(j)));

        static double Cubic(double d) => d < 1 ? (1.25 * d * d * d) - (2.25 * d * d) + 1 : d < 2 ? (-0.75 * d * d * d) + (3.75 * d * d) - (6 * d) + 3 : 0;
    }

    private static RgbImage Noise(int width, int height, int seed)
    {
        var image = new RgbImage(width, height);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }
}
