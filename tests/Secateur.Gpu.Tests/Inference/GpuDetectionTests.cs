using Secateur.Detection;
using Secateur.Gpu.Devices;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;

namespace Secateur.Gpu.Tests.Inference;

/// <summary>Detection on a device against that on the processor.</summary>
public sealed class GpuDetectionTests
{
    private static readonly DetectorOptions All = new() { Confidence = 0, Iou = 1, MaxDetections = 200 };

    [Theory]
    [DeviceData(DeviceKind.OpenCl, "eresfd", false)]
    [DeviceData(DeviceKind.OpenCl, "eresfd", true)]
    [DeviceData(DeviceKind.OpenCl, "extd32", true)]
    public void Boxes_and_scores_are_those_of_the_processor(DeviceKind kind, string architecture, bool isCompacted)
    {
        var model = Golden.CreateModel(Architectures.Create(architecture), trains: false);
        if (isCompacted) model = Compactor.Compact(new PruningPlan(0.5).Select(model, FilterCriteria.Create("fpgm", 0)).Apply(model));
        using var expected = new FaceDetector(model, All);
        using var actual = TestDevices.Backend(kind).CreateDetector(model, All);
        foreach (var (width, height) in new[] { (161, 97), (64, 130), (161, 97) })
        {
            var image = new RgbImage(width, height);
            new Random(width).NextBytes(image.Pixels);
            AssertSame(expected.Detect(image), actual.Detect(image));
        }
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    [DeviceData(DeviceKind.Emulator)]
    public void Many_sizes_from_several_threads(DeviceKind kind)
    {
        var model = BrightSpotDetector.Create();
        using var expected = new FaceDetector(model, All);
        using var actual = TestDevices.Backend(kind).CreateDetector(model, All);
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 3 }, i =>
        {
            var image = BrightSpotDetector.Picture(40 + (i % 20), 30, (5, 6, 12, (byte)(200 + i)));
            AssertSame(expected.Detect(image), actual.Detect(image));
        });
    }

    /// <summary>It costs itself: the next image is found in as before.</summary>
    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void An_image_that_does_not_fit_is_refused(DeviceKind kind)
    {
        using var detector = TestDevices.Backend(kind).CreateDetector(RandomWeights.Fill(Architectures.Create("extd64"), 3), All);
        var error = Assert.Throws<NetworkException>(() => detector.Detect(new byte[8000 * 8000 * 3], 8000, 8000));
        Assert.Matches(@"8000 x 8000 pixels needs [\d.]+ GB, .* has [\d.]+ GB for it", error.Message);
        Assert.NotEmpty(detector.Detect(new RgbImage(64, 64)));
    }

    private static void AssertSame(IReadOnlyList<FaceDetection> expected, IReadOnlyList<FaceDetection> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var face in expected)
        {
            Assert.Contains(actual, other => Math.Abs(face.Score - other.Score) < 1e-4 && Math.Abs(face.X1 - other.X1) < 0.05 && Math.Abs(face.Y1 - other.Y1) < 0.05
                && Math.Abs(face.X2 - other.X2) < 0.05 && Math.Abs(face.Y2 - other.Y2) < 0.05);
        }
    }
}
