using System.Security.Cryptography;
using System.Text.Json;
using Secateur.Imaging.Exif;
using Secateur.Imaging.Jpeg;
using Secateur.Pixels;
using Secateur.TestSupport;

namespace Secateur.Imaging.Tests.Formats;

public sealed class JpegTests
{
    private const long MaxPixels = 1_000_000;

    [Theory]
    [InlineData(1, 1, 100)]
    [InlineData(17, 9, 95)]
    [InlineData(200, 133, 80)]
    public void Written_pictures_are_read_back_nearly_unchanged(int width, int height, int quality)
    {
        using var folder = new TemporaryFolder();
        var image = TestImages.Ramps(width, height);
        ImageFile.Write(folder.PathOf("a.jpeg"), image, quality);
        Assert.InRange(TestImages.LargestDifference(image, ImageFile.Read(folder.PathOf("a.jpeg"))), 0, 12);
    }

    [Fact]
    public void Quality_trades_bytes_for_likeness()
    {
        var image = TestImages.Noise(64, 64, 2);
        Assert.True(ImageFile.EncodeJpeg(image, 20).Length < ImageFile.EncodeJpeg(image, 95).Length / 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFile.EncodeJpeg(image, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageFile.EncodeJpeg(image, 101));
        Assert.Throws<ArgumentException>(() => ImageFile.EncodeJpeg(new RgbImage(65_501, 1), 90));
    }

    [TurboFact]
    public void Grey_becomes_RGB_with_equal_channels()
    {
        var image = ImageFile.Decode("grey.jpg", JpegBuilder.Grey(TestImages.Ramps(40, 30)));
        Assert.Equal((40, 30), (image.Width, image.Height));
        Assert.All(image.Pixels.Chunk(3), pixel => Assert.True(pixel[0] == pixel[1] && pixel[1] == pixel[2]));
        Assert.True(image.Pixels.Max() - image.Pixels.Min() > 100);
    }

    [TurboFact]
    public void Progressive_files_are_read()
    {
        var image = TestImages.Ramps(50, 40);
        Assert.InRange(TestImages.LargestDifference(image, ImageFile.Decode("a.jpg", JpegBuilder.ProgressiveRgb(image))), 0, 12);
    }

    [TurboFact]
    public void Adobe_CMYK_is_converted_with_inverted_inks()
    {
        // Inverted: 255 is no ink. No black, half cyan light; then the same under half black.
        var pixels = Enumerable.Repeat<byte[]>([100, 200, 255, 255], 64).Concat(Enumerable.Repeat<byte[]>([100, 200, 255, 128], 64)).SelectMany(p => p).ToArray();
        var image = ImageFile.Decode("cmyk.jpg", JpegBuilder.Cmyk(pixels, 8, 16));
        AssertNear((100, 200, 255), TestImages.PixelAt(image, 4, 3));
        AssertNear((50, 100, 128), TestImages.PixelAt(image, 4, 12));
    }

    [TurboFact]
    public void CMYK_without_Adobe_segment_is_refused_because_nothing_tells_how_its_inks_are_stored()
    {
        var jpeg = JpegBuilder.Cmyk([.. Enumerable.Repeat<byte[]>([128, 128, 128, 40], 64).SelectMany(p => p)], 8, 8);
        var at = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xEE, 0, 14]);
        byte[] without = [.. jpeg[..at], .. jpeg[(at + 16)..]];
        Assert.Contains("Adobe", Assert.Throws<InvalidFileException>(() => ImageFile.Decode("cmyk.jpg", without)).Problem, StringComparison.Ordinal);
    }

    [TurboFact]
    public void With_and_without_libjpeg_turbo_the_pixels_are_the_same()
    {
        foreach (var (width, height) in new[] { (1, 1), (17, 9), (64, 48), (301, 211) })
        {
            foreach (var image in new[] { TestImages.Noise(width, height, 3), TestImages.Ramps(width, height) })
            {
                foreach (var file in new[] { JpegBuilder.Rgb(image), JpegBuilder.Subsampled(image), JpegBuilder.Grey(image), JpegBuilder.ProgressiveRgb(image) })
                {
                    foreach (var reduction in new[] { 1, 2, 4, 8 })
                    {
                        var (turbo, skia) = (JpegDecoder.Decode("a.jpg", file, MaxPixels, reduction, turbo: true).Image, JpegDecoder.Decode("a.jpg", file, MaxPixels, reduction, turbo: false).Image);
                        Assert.Equal(0, TestImages.LargestDifference(turbo, skia));
                    }
                }
            }
        }
    }

    [TurboFact]
    public void With_and_without_libjpeg_turbo_the_same_samples_are_written()
    {
        foreach (var (width, height) in new[] { (1, 1), (17, 9), (301, 211) })
        {
            foreach (var quality in new[] { 1, 60, 89, 90, 95, 100 })
            {
                foreach (var image in new[] { TestImages.Noise(width, height, 3), TestImages.Ramps(width, height) })
                {
                    var (turbo, skia) = (ImageFile.Decode("a.jpg", JpegEncoder.Encode(image, quality, turbo: true)), ImageFile.Decode("a.jpg", JpegEncoder.Encode(image, quality, turbo: false)));
                    Assert.Equal(0, TestImages.LargestDifference(turbo, skia));
                }
            }
        }
    }

    [Fact]
    public void A_file_that_lacks_only_its_end_marker_is_read_with_a_warning() => IsReadWithAWarning(turbo: false);

    [TurboFact]
    public void A_file_that_lacks_only_its_end_marker_is_read_by_libjpeg_turbo_with_a_warning() => IsReadWithAWarning(turbo: true);

    private static void IsReadWithAWarning(bool turbo)
    {
        var image = TestImages.Noise(40, 30, 6);
        var file = JpegBuilder.Rgb(image);
        var warnings = new List<string>();
        var (whole, cut) = (JpegDecoder.Decode("a.jpg", file, MaxPixels, 1, turbo, warnings.Add).Image, JpegDecoder.Decode("a.jpg", file[..^2], MaxPixels, 1, turbo, warnings.Add).Image);
        Assert.Equal(0, TestImages.LargestDifference(whole, cut));
        Assert.Equal("a.jpg: lacks the end-of-image marker; its picture is whole", Assert.Single(warnings));
    }

    private static void AssertNear((byte Red, byte Green, byte Blue) expected, (byte Red, byte Green, byte Blue) found) =>
        Assert.True(
            Math.Abs(expected.Red - found.Red) <= 4 && Math.Abs(expected.Green - found.Green) <= 4 && Math.Abs(expected.Blue - found.Blue) <= 4,
            $"expected about {expected}, found {found}");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_eight_orientations_are_applied(bool littleEndian)
    {
        // Quarters of their own brightness: a b / c d, 48 x 32 pixels.
        const int a = 30, b = 90, c = 160, d = 230;
        var stored = new RgbImage(48, 32);
        for (var y = 0; y < 32; y++)
        {
            for (var x = 0; x < 48; x++)
            {
                var grey = (byte)(y < 16 ? x < 24 ? a : b : x < 24 ? c : d);
                TestImages.SetPixel(stored, x, y, grey, grey, grey);
            }
        }
        var jpeg = JpegBuilder.Rgb(stored);
        int[][] upright = [[a, b, c, d], [b, a, d, c], [d, c, b, a], [c, d, a, b], [a, c, b, d], [c, a, d, b], [d, b, c, a], [b, d, a, c]];
        for (ushort orientation = 1; orientation <= 8; orientation++)
        {
            var file = ExifBuilder.Insert(jpeg, ExifBuilder.Tiff(orientation, littleEndian));
            var image = ImageFile.Decode("a.jpg", file);
            Assert.Equal(orientation >= 5 ? (32, 48) : (48, 32), (image.Width, image.Height));
            var corners = new[] { (1, 1), (image.Width - 2, 1), (1, image.Height - 2), (image.Width - 2, image.Height - 2) };
            for (var i = 0; i < 4; i++) Assert.InRange(TestImages.PixelAt(image, corners[i].Item1, corners[i].Item2).Red, upright[orientation - 1][i] - 4, upright[orientation - 1][i] + 4);

            var asStored = ImageFile.Decode("a.jpg", file, new ImageReadOptions { ApplyOrientation = false });
            Assert.Equal(0, TestImages.LargestDifference(ImageFile.Decode("a.jpg", jpeg), asStored));
        }
    }

    [Fact]
    public void Orientations_move_every_pixel_to_its_place()
    {
        var stored = TestImages.Noise(3, 2, 1);
        var quarterTurn = ExifOrientation.Apply(stored, 6);
        for (var y = 0; y < 3; y++)
        {
            for (var x = 0; x < 2; x++) Assert.Equal(TestImages.PixelAt(stored, y, 1 - x), TestImages.PixelAt(quarterTurn, x, y));
        }
        Assert.Equal(stored.Pixels, ExifOrientation.Apply(quarterTurn, 8).Pixels);
        foreach (var selfInverse in new[] { 2, 3, 4, 5, 7 })
            Assert.Equal(stored.Pixels, ExifOrientation.Apply(ExifOrientation.Apply(stored, selfInverse), selfInverse).Pixels);
    }

    [Fact]
    public void Damaged_EXIF_data_counts_as_upright()
    {
        var good = ExifBuilder.Tiff(6, littleEndian: false);
        Assert.Equal(6, OrientationOf(good));
        for (var length = 0; length < 20; length++) Assert.Equal(ExifOrientation.Upright, OrientationOf(good[..length]));
        Assert.Equal(ExifOrientation.Upright, OrientationOf(ExifBuilder.Tiff(0, littleEndian: true)));
        Assert.Equal(ExifOrientation.Upright, OrientationOf(ExifBuilder.Tiff(9, littleEndian: true)));
        foreach (var offset in new uint[] { 62, 63, 64, 65, 0x7FFFFFFF, 0xFFFFFFFF })
        {
            var lost = (byte[])good.Clone();
            for (var i = 0; i < 4; i++) lost[4 + i] = (byte)(offset >> (24 - (8 * i)));
            Assert.Equal(ExifOrientation.Upright, OrientationOf(lost));
        }

        static int OrientationOf(byte[] tiff)
        {
            using var folder = new TemporaryFolder();
            return ImageFile.ReadHeader(folder.Write("a.jpg", ExifBuilder.Insert(JpegBuilder.Rgb(TestImages.Ramps(16, 8)), tiff))).Orientation;
        }
    }

    [SharedDataFact]
    public void Pixels_equal_those_of_the_reference_decoder()
    {
        using var list = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("parity", "detections", "ERES10_FPGM_single.json")));
        var images = list.RootElement.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(6, images.Length);
        foreach (var image in images)
        {
            var path = SharedData.PathOf("wider-mini", "WIDER_val", "images", image.GetProperty("image").GetString()!);
            var decoded = ImageFile.Read(path, new ImageReadOptions { ApplyOrientation = false });
            Assert.Equal(image.GetProperty("rgb_sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(decoded.Pixels)));
        }
    }
}
