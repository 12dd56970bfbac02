using Secateur.Detection;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.TestSupport;
using Xunit;
using static Secateur.TestSupport.BrightSpotDetector;

namespace Secateur.Tests.Detection;

public sealed class FaceDetectorTests
{
    [Fact]
    public void A_bright_cell_is_a_face_of_the_anchors_size()
    {
        using var detector = new FaceDetector(BrightSpotDetector.Create());
        var faces = detector.Detect(Picture(64, 48, (8, 12, 4, 200), (40, 40, 4, 255)));
        Assert.Equal([(34f, 34f, 50f, 50f), (2f, 6f, 18f, 22f)], faces.Select(f => (f.X1, f.Y1, f.X2, f.Y2)));
        Assert.Equal(ScoreOf(255), faces[0].Score, 1e-5f);
        Assert.Equal(ScoreOf(200), faces[1].Score, 1e-5f);
        Assert.Empty(detector.Detect(new RgbImage(64, 48)));
    }

    [Theory]
    [InlineData(PixelLayout.Rgb, 3)]
    [InlineData(PixelLayout.Bgr, 3)]
    [InlineData(PixelLayout.Rgba, 4)]
    [InlineData(PixelLayout.Bgra, 4)]
    [InlineData(PixelLayout.Grey, 1)]
    public void Pixels_of_every_layout_and_stride_give_the_faces_of_the_rgb_picture(PixelLayout layout, int bytes)
    {
        using var detector = new FaceDetector(BrightSpotDetector.Create());
        var image = Picture(64, 48, (8, 12, 4, 200), (40, 40, 4, 255));
        if (layout != PixelLayout.Grey)
        {
            for (var i = 0; i < image.Pixels.Length; i += 3) (image.Pixels[i], image.Pixels[i + 2]) = ((byte)(image.Pixels[i] / 2), (byte)(image.Pixels[i + 2] / 3));
        }

        foreach (var padding in new[] { 0, 5 })
        {
            var stride = (64 * bytes) + padding;
            var raw = Enumerable.Repeat((byte)77, (stride * 47) + (64 * bytes)).ToArray();
            for (var i = 0; i < 64 * 48; i++)
            {
                var at = (i / 64 * stride) + (i % 64 * bytes);
                var rgb = image.Pixels.AsSpan(i * 3, 3);
                if (layout == PixelLayout.Grey) raw[at] = rgb[0];
                else if (layout is PixelLayout.Rgb or PixelLayout.Rgba) rgb.CopyTo(raw.AsSpan(at));
                else (raw[at], raw[at + 1], raw[at + 2]) = (rgb[2], rgb[1], rgb[0]);
            }

            Assert.Equal(image.Pixels, RgbImage.From(raw, 64, 48, layout, padding == 0 ? 0 : stride).Pixels);
            Assert.Equal(detector.Detect(image), detector.Detect(raw, 64, 48, layout, padding == 0 ? 0 : stride));
            Assert.ThrowsAny<ArgumentException>(() => detector.Detect(raw.AsSpan(1), 64, 48, layout, stride));
        }

        Assert.ThrowsAny<ArgumentException>(() => detector.Detect(new byte[100], int.MaxValue, int.MaxValue, layout));
        Assert.ThrowsAny<ArgumentException>(() => detector.Detect(new byte[64 * 48 * bytes], 64, 48, layout, (64 * bytes) - 1));
        Assert.ThrowsAny<ArgumentException>(() => detector.Detect(new byte[64 * 48 * bytes], 64, 48, layout, -64 * bytes));
        Assert.Throws<ArgumentOutOfRangeException>(() => detector.Detect([], 0, 48, layout));
    }

    [Fact]
    public void Options_of_one_image_give_what_a_detector_of_its_own_gives()
    {
        using var shared = new FaceDetector(BrightSpotDetector.Create());
        var image = Picture(64, 48, (8, 12, 4, 200), (40, 40, 4, 255), (44, 40, 4, 140));
        DetectorOptions[] all = [new() { Confidence = 0.05f }, new() { Confidence = 0.99999f }, new() { Iou = 1 }, new() { MaxDetections = 1 }, new() { Scale = 2 }, new() { TopK = 1 }];
        foreach (var options in all)
        {
            using var own = new FaceDetector(BrightSpotDetector.Create(), options);
            Assert.Equal(own.Detect(image), shared.Detect(image, options));
            Assert.Equal(own.DetectMultiScale(image), shared.DetectMultiScale(image, options));
        }

        Assert.NotEqual(shared.Detect(image), shared.Detect(image, all[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => shared.Detect(image, new DetectorOptions { Confidence = float.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => shared.DetectMultiScale(image, new DetectorOptions { Iou = 0 }));
    }

    [Fact]
    public void A_model_is_loaded_from_a_file_from_bytes_and_from_a_stream()
    {
        using var folder = new TemporaryFolder();
        var path = BrightSpotDetector.Write(folder.PathOf("spot.safetensors"));
        var bytes = File.ReadAllBytes(path);
        using var stream = new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 };
        using var fromFile = FaceDetector.Load(path);
        using var fromBytes = FaceDetector.Load(bytes);
        using var fromStream = FaceDetector.Load(stream);
        var image = Picture(64, 48, (8, 12, 4, 200));
        Assert.Equal(fromFile.Detect(image), fromBytes.Detect(image));
        Assert.Equal(fromFile.Detect(image), fromStream.Detect(image));
        foreach (var damaged in new[] { [], bytes[..100], bytes[..^1], "garbage and more garbage"u8.ToArray() })
            Assert.Contains("the model in memory", Assert.Throws<InvalidFileException>(() => FaceDetector.Load(damaged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Null_is_told_by_the_name_of_the_argument()
    {
        using var detector = new FaceDetector(BrightSpotDetector.Create());
        Assert.Throws<ArgumentNullException>("path", () => FaceDetector.Load((string)null!));
        Assert.Throws<ArgumentNullException>("model", () => FaceDetector.Load((byte[])null!));
        Assert.Throws<ArgumentNullException>("model", () => FaceDetector.Load((Stream)null!));
        Assert.Throws<ArgumentNullException>("model", () => new FaceDetector(null!));
        Assert.Throws<ArgumentNullException>("image", () => detector.Detect(null!));
        Assert.Throws<ArgumentNullException>("image", () => detector.DetectMultiScale(null!));
    }

    [Fact]
    public void The_anchors_aspect_is_that_of_the_model()
    {
        using var detector = new FaceDetector(BrightSpotDetector.Create(aspect: 1.25));
        var face = Assert.Single(detector.Detect(Picture(64, 48, (8, 12, 4, 255))));
        Assert.Equal((2f, 4f, 18f, 24f), (face.X1, face.Y1, face.X2, face.Y2));
    }

    [Theory]
    [InlineData(2, 8)]
    [InlineData(0.5, 32)]
    [InlineData(1, 16)]
    public void Boxes_are_in_pixels_of_the_image_at_every_scale(double scale, float side)
    {
        // An 8 x 8 spot at (16, 24): a whole number of cells at each of these scales.
        using var detector = new FaceDetector(BrightSpotDetector.Create(), new DetectorOptions { Scale = scale, Iou = 1e-6f });
        var image = Picture(64, 64, (16, 24, 8, 255));
        var faces = detector.Detect(image);
        Assert.NotEmpty(faces);
        Assert.All(faces, face =>
        {
            Assert.Equal(side, face.X2 - face.X1, 1e-4f);
            Assert.Equal(side, face.Y2 - face.Y1, 1e-4f);
            Assert.InRange((face.X1 + face.X2) / 2, 16, 24);
            Assert.InRange((face.Y1 + face.Y2) / 2, 24, 32);
        });
        Assert.Equal(faces, detector.Detect(image.Pixels, image.Width, image.Height));
    }

    [Fact]
    public void Confidence_overlap_and_count_are_options()
    {
        var image = Picture(64, 48, (8, 12, 4, 140), (40, 40, 4, 255), (16, 12, 4, 130));
        Assert.Equal(3, Count(new DetectorOptions { Confidence = 0.5f, Iou = 0.9f }));
        Assert.Equal(2, Count(new DetectorOptions { Confidence = 0.5f, Iou = 0.3f }));
        Assert.Equal(1, Count(new DetectorOptions { Confidence = 0.95f }));
        Assert.Equal(1, Count(new DetectorOptions { MaxDetections = 1 }));
        Assert.Equal(1, Count(new DetectorOptions { TopK = 1 }));
        Assert.Equal(16 * 12, Count(new DetectorOptions { Confidence = 0, Iou = 1 }));

        int Count(DetectorOptions options)
        {
            using var detector = new FaceDetector(BrightSpotDetector.Create(), options);
            return detector.Detect(image).Count;
        }
    }

    public static TheoryData<DetectorOptions> WrongOptions => new(
        new() { Confidence = -0.01f }, new() { Confidence = 1 }, new() { Confidence = float.NaN }, new() { Iou = 0 }, new() { Iou = 1.01f },
        new() { Iou = float.NaN }, new() { TopK = 0 }, new() { MaxDetections = -1 }, new() { Scale = 0 }, new() { Scale = 17 },
        new() { Scale = double.NaN }, new() { Threads = 0 });

    [Theory]
    [MemberData(nameof(WrongOptions), DisableDiscoveryEnumeration = true)]
    public void Options_out_of_range_are_refused(DetectorOptions options) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FaceDetector(BrightSpotDetector.Create(), options).Dispose());

    [Fact]
    public void Networks_that_are_no_face_detectors_are_refused()
    {
        Assert.Contains("has no detection levels", Refuse(channels: 3, level: false), StringComparison.Ordinal);
        Assert.Contains("does not take RGB images", Refuse(channels: 1, level: true), StringComparison.Ordinal);

        static string Refuse(int channels, bool level)
        {
            var g = new NetworkBuilder("other");
            var input = g.Input(channels);
            var (loc, conf) = (g.Conv2d(input, "loc.0", 4, 1), g.Conv2d(input, "conf.0", 2, 1));
            g.Output("loc_0", loc);
            g.Output("conf_0", conf);
            if (level) g.Level(1, [4], loc, conf);
            return Assert.Throws<ArgumentException>(() => new FaceDetector(RandomWeights.Fill(g.Build(), 1)).Dispose()).Message;
        }
    }

    [Fact]
    public void Pixels_that_do_not_fit_the_size_are_refused()
    {
        using var detector = new FaceDetector(BrightSpotDetector.Create());
        using var scaled = new FaceDetector(BrightSpotDetector.Create(), new DetectorOptions { Scale = 2 });
        foreach (var each in new[] { detector, scaled })
        {
            Assert.Throws<ArgumentException>(() => each.Detect(new byte[100], 8, 8));
            Assert.ThrowsAny<ArgumentException>(() => each.Detect([], 0, 8));
            Assert.ThrowsAny<ArgumentException>(() => each.Detect(new byte[3], -1, -1));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    [InlineData(5, 2)]
    [InlineData(31, 33)]
    public void Published_networks_take_the_smallest_images(int width, int height)
    {
        foreach (var architecture in Architectures.Names)
        {
            using var detector = new FaceDetector(RandomWeights.Fill(Architectures.Create(architecture), 3), DetectorOptions.Evaluation);
            Assert.All(detector.Detect(Noise(width, height, 1)), f => Assert.True(f.Score is > 0.05f and <= 1));
        }
    }

    [Fact]
    public void An_image_too_small_for_the_network_is_told()
    {
        using var detector = new FaceDetector(BrightSpotDetector.Create());
        Assert.Contains("too small", Assert.Throws<NetworkException>(() => detector.Detect(new RgbImage(3, 3))).Message, StringComparison.Ordinal);
        Assert.Single(detector.Detect(Picture(4, 4, (0, 0, 4, 255))));
    }

    [Fact]
    public void The_multi_scale_test_finds_what_several_passes_confirm()
    {
        using var detector = new FaceDetector(BrightSpotDetector.Create());
        var faces = detector.DetectMultiScale(Picture(600, 400, (200, 120, 16, 255)));
        Assert.NotEmpty(faces);
        Assert.All(faces, f => Assert.True(f.X2 > 200 && f.X1 < 216 && f.Y2 > 120 && f.Y1 < 136, $"{f}"));
        Assert.Empty(detector.DetectMultiScale(new RgbImage(600, 400)));
    }

    [Fact]
    public void Many_threads_get_the_same_as_one()
    {
        var model = RandomWeights.Fill(EResFd.Create(), 8);
        var images = Enumerable.Range(0, 6).Select(i => Noise(40 + (23 * i), 90 - (11 * i), i)).ToArray();
        using var detector = new FaceDetector(model, DetectorOptions.Evaluation);
        var expected = images.Select(i => detector.Detect(i)).ToArray();
        Assert.Contains(expected, faces => faces.Count > 0);
        Parallel.For(0, 96, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => Assert.Equal(expected[i % images.Length], detector.Detect(images[i % images.Length])));

        using var threaded = new FaceDetector(model, DetectorOptions.Evaluation with { Threads = 3 });
        for (var i = 0; i < images.Length; i++) Assert.Equal(expected[i], threaded.Detect(images[i]));
    }

    [Fact]
    public void A_detector_disposed_of_says_so()
    {
        var detector = new FaceDetector(BrightSpotDetector.Create());
        detector.Detect(new RgbImage(16, 16));
        detector.Dispose();
        detector.Dispose();
        Assert.Throws<ObjectDisposedException>(() => detector.Detect(new RgbImage(16, 16)));
    }

    [Fact]
    public void A_detector_loaded_from_a_file_is_the_same()
    {
        var path = Path.Combine(Path.GetTempPath(), $"secateur-{Guid.NewGuid():N}.safetensors");
        try
        {
            BrightSpotDetector.Write(path, aspect: 1.25);
            using var detector = FaceDetector.Load(path);
            Assert.Equal(1.25, detector.Model.Network.Head.AnchorAspect);
            Assert.Single(detector.Detect(Picture(64, 48, (8, 12, 4, 255))));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static RgbImage Noise(int width, int height, int seed)
    {
        var image = new RgbImage(width, height);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }
}
