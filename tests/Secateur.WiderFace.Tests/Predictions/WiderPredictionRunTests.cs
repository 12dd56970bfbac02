using System.Collections.Concurrent;
using System.Collections.Immutable;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.WiderFace.Predictions;
using Xunit;

namespace Secateur.WiderFace.Tests.Predictions;

public sealed class WiderPredictionRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _detected = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Every_image_gets_its_predictions_whatever_the_number_of_workers(int workers)
    {
        var images = Images(30);
        var progress = new Recorder();
        var detectors = 0;

        var summary = new WiderPredictionRun(_folder.Root, "model") { Workers = workers, Progress = progress }.Run(images, () =>
        {
            Interlocked.Increment(ref detectors);
            return OneAtATime();
        });

        Assert.Equal(new WiderPredictionSummary(30, 0), summary);
        Assert.InRange(detectors, 1, workers);
        Assert.All(images, image => Assert.Equal(Number(image.Path), Prediction(image).X));
        Assert.Equal(Enumerable.Range(1, 30), progress.Reports.Select(report => report.Done).Order());
        Assert.Equal(images.Select(image => image.Name).ToHashSet(), progress.Reports.Select(report => report.Image).ToHashSet());
        Assert.All(progress.Reports, report => Assert.Equal(30, report.Total));
        Assert.Empty(Directory.EnumerateFiles(_folder.Root, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_cancelled_run_keeps_what_it_wrote_and_is_resumed()
    {
        var images = Images(20);
        using var cancellation = new CancellationTokenSource();
        var progress = new Recorder(report =>
        {
            if (report.Done == 7) cancellation.Cancel();
        });
        Assert.Throws<OperationCanceledException>(
            () => new WiderPredictionRun(_folder.Root, "model") { Workers = 1, Progress = progress }.Run(images, Detector, cancellation.Token));
        Assert.Equal(7, _detected.Count);
        _folder.Write("event1/image19.txt.0123.tmp", "event1/image19.jpg\n1\n1.0 2.0");

        _detected.Clear();
        var rest = new Recorder();
        var summary = new WiderPredictionRun(_folder.Root, "model") { Workers = 3, Resume = true, Progress = rest }.Run(images, Detector);

        Assert.Equal(new WiderPredictionSummary(13, 7), summary);
        Assert.Equal(images.Skip(7).Select(image => image.Path).Order(), _detected.Order());
        Assert.Equal(Enumerable.Range(1, 20), rest.Reports.Select(report => report.Done).Order());
        Assert.All(images, image => Assert.Equal(Number(image.Path), Prediction(image).X));
    }

    [Fact]
    public void Without_resume_all_is_done_again_and_nothing_old_is_left()
    {
        var images = Images(6);
        new WiderPredictionRun(_folder.Root, "old model").Run(images, Detector);
        using var cancellation = new CancellationTokenSource();
        var progress = new Recorder(_ => cancellation.Cancel());
        Assert.Throws<OperationCanceledException>(
            () => new WiderPredictionRun(_folder.Root, "new model") { Workers = 1, Progress = progress }.Run(images, Detector, cancellation.Token));
        Assert.Single(images, image => File.Exists(FileOf(image)));
    }

    [Fact]
    public void Predictions_of_something_else_are_not_resumed()
    {
        var images = Images(3);
        new WiderPredictionRun(_folder.Root, "model A, single").Run(images, Detector);
        var other = Assert.Throws<InvalidOperationException>(
            () => new WiderPredictionRun(_folder.Root, "model B, single") { Resume = true }.Run(images, Detector));
        Assert.Contains("made by 'model A, single', not by 'model B, single'", other.Message, StringComparison.Ordinal);

        File.Delete(_folder.PathOf("predictions-made-by.txt"));
        Assert.Throws<InvalidOperationException>(
            () => new WiderPredictionRun(_folder.Root, "model A, single") { Resume = true }.Run(images, Detector));
        Assert.Equal(3, _detected.Count);
    }

    [Fact]
    public void A_run_over_fewer_images_leaves_nothing_of_another_model_to_resume_from()
    {
        new WiderPredictionRun(_folder.Root, "model A").Run(Images(3), Detector);
        new WiderPredictionRun(_folder.Root, "model B").Run(Images(1), Detector);
        var summary = new WiderPredictionRun(_folder.Root, "model B") { Resume = true }.Run(Images(3), Detector);
        Assert.Equal(new WiderPredictionSummary(Detected: 2, Kept: 1), summary);
    }

    [Fact]
    public void Predictions_of_unknown_origin_are_not_deleted()
    {
        var foreign = _folder.Write("event/image.txt", "event/image.jpg\n0\n");
        var error = Assert.Throws<InvalidOperationException>(() => new WiderPredictionRun(_folder.Root, "model").Run(Images(3), Detector));
        Assert.Contains(foreign, error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(foreign));
    }

    [Fact]
    public void Resume_in_a_new_folder_starts_there()
    {
        var run = new WiderPredictionRun(_folder.PathOf("new", "folder"), "model\nof two lines") { Resume = true };
        Assert.Equal(new WiderPredictionSummary(2, 0), run.Run(Images(2), Detector));
        Assert.Equal(new WiderPredictionSummary(0, 2), run.Run(Images(2), Detector));
    }

    [Fact]
    public void Unreadable_images_are_named_at_the_end_and_the_others_are_written()
    {
        var images = Images(25);
        var error = Assert.Throws<UnreadableImagesException>(() => new WiderPredictionRun(_folder.Root, "model") { Workers = 2 }.Run(images, () => path =>
            Number(path) % 2 == 0 ? throw new InvalidFileException(path, "is truncated") : Detector()(path)));

        Assert.Equal(images.Where(image => Number(image.Path) % 2 == 0).Select(image => image.Name), error.Images.Select(image => image.Image));
        Assert.StartsWith($"13 of 25 images cannot be read: {images[0].Path}: is truncated; ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("; and 3 more", error.Message, StringComparison.Ordinal);
        Assert.All(images, image => Assert.Equal(Number(image.Path) % 2 == 1, File.Exists(FileOf(image))));
    }

    [Fact]
    public void Another_error_of_a_detector_ends_the_run()
    {
        var calls = 0;
        var run = new WiderPredictionRun(_folder.Root, "model") { Workers = 2 };
        Assert.Throws<NotSupportedException>(() => run.Run(Images(1000), () => _ =>
            Interlocked.Increment(ref calls) < 10 ? [] : throw new NotSupportedException()));
        Assert.InRange(calls, 10, 20);
    }

    [Fact]
    public void A_detection_that_is_no_number_is_told_with_its_image()
    {
        var images = Images(1);
        var error = Assert.Throws<ArgumentException>(() => new WiderPredictionRun(_folder.Root, "model").Run(images, () => _ => [new FaceDetection(0, 0, float.NaN, 9, 0.9f)]));
        Assert.StartsWith($"{images[0].Name}: a detection holds NaN", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_not_an_unreadable_image()
    {
        _folder.Write("event0", []);
        var error = Assert.ThrowsAny<IOException>(() => new WiderPredictionRun(_folder.Root, "model").Run(Images(2), Detector));
        Assert.IsNotType<UnreadableImagesException>(error);
    }

    private ImageFaceDetector Detector() => path =>
    {
        _detected.Enqueue(path);
        return [new FaceDetection(Number(path), 0, Number(path) + 9, 9, 0.5f)];
    };

    /// <summary>A detector that fails when two threads use it at once.</summary>
    private ImageFaceDetector OneAtATime()
    {
        var (inner, users) = (Detector(), 0);
        return path =>
        {
            Assert.Equal(1, Interlocked.Increment(ref users));
            Thread.Yield();
            var faces = inner(path);
            Interlocked.Decrement(ref users);
            return faces;
        };
    }

    private static ImmutableArray<WiderFaceImage> Images(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new WiderFaceImage(Name($"event{i % 2}/image{i}.jpg"), Path.Combine("images", $"{i}.jpg"), []))];

    private static int Number(string path) => int.Parse(Path.GetFileNameWithoutExtension(path), System.Globalization.CultureInfo.InvariantCulture);

    private string FileOf(WiderFaceImage image) => WiderPredictionFile.PathOf(_folder.Root, image.Name);

    private WiderPrediction Prediction(WiderFaceImage image) => Assert.Single(WiderPredictionFile.Read(FileOf(image)));

    private static WiderImageName Name(string path) => WiderImageName.TryParse(path, out var name) ? name : throw new ArgumentException(path);

    private sealed class Recorder(Action<WiderProgress>? onReport = null) : IProgress<WiderProgress>
    {
        public ConcurrentQueue<WiderProgress> Reports { get; } = new();

        public void Report(WiderProgress value)
        {
            Reports.Enqueue(value);
            onReport?.Invoke(value);
        }
    }
}
