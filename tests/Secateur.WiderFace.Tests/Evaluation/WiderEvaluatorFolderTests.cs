using Secateur.TestSupport;
using Secateur.WiderFace.Evaluation;
using Xunit;
using static Secateur.WiderFace.Tests.Evaluation.Samples;

namespace Secateur.WiderFace.Tests.Evaluation;

public sealed class WiderEvaluatorFolderTests : IDisposable
{
    private const string HitText = "x\n1\n10.0 10.0 20.0 20.0 0.900\n";
    private const string MissText = "x\n1\n90.0 90.0 20.0 20.0 0.900\n";

    private readonly TemporaryFolder _folder = new();
    private readonly WiderEvaluator _evaluator = new(new WiderGroundTruth(
        [.. new[] { "a/1.jpg", "a/2.jpg", "b/3.jpg" }.Select(path => Image(path, Face(10, 10, 20, 20, WiderSettings.All)))]));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_that_have_a_file_are_evaluated_and_counted()
    {
        _folder.Write("a/1.txt", HitText);
        _folder.Write("b/3.txt", "x\n0\n");
        _folder.Write("b/unknown.txt", MissText);
        _folder.Write("readme.txt", "not a prediction");
        var result = _evaluator.EvaluateFolder(_folder.Root);
        Assert.Equal((2, 3, 1, 2), (result.Images, result.ListedImages, result.Predictions, result.Hard.Faces));
        Assert.Equal(0.5, result.Hard.AveragePrecision);
    }

    [Fact]
    public void Chosen_images_are_evaluated_and_each_needs_a_file()
    {
        _folder.Write("a/1.txt", HitText);
        _folder.Write("a/2.txt", MissText);
        Assert.Equal(1, _evaluator.EvaluateFolder(_folder.Root, [Name("a/1.jpg")]).Hard.AveragePrecision);
        var missing = Assert.Throws<FileNotFoundException>(() => _evaluator.EvaluateFolder(_folder.Root, [Name("a/1.jpg"), Name("b/3.jpg")]));
        Assert.Contains("1 of 2 images have no predictions, such as b/3.jpg", missing.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => _evaluator.EvaluateFolder(_folder.Root, [Name("c/4.jpg")]));
        Assert.Throws<ArgumentException>(() => _evaluator.EvaluateFolder(_folder.Root, [Name("a/1.jpg"), Name("a/1.jpg")]));
    }

    [Fact]
    public void The_events_may_lie_in_the_only_folder()
    {
        _folder.Write("predictions/a/1.txt", HitText);
        Assert.Equal(1, _evaluator.EvaluateFolder(_folder.Root).Images);
    }

    [Fact]
    public void A_folder_without_predictions_is_told()
    {
        _folder.Write("one/a/1.txt", HitText);
        _folder.Write("two/a/1.txt", HitText);
        var error = Assert.Throws<FileNotFoundException>(() => _evaluator.EvaluateFolder(_folder.Root));
        Assert.Contains(Path.Combine("a", "1.txt"), error.Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => _evaluator.EvaluateFolder(_folder.PathOf("none")));
    }

    [Fact]
    public void A_damaged_file_is_named()
    {
        _folder.Write("a/1.txt", HitText);
        var damaged = _folder.Write("a/2.txt", HitText[..20]);
        Assert.Equal(damaged, Assert.Throws<InvalidFileException>(() => _evaluator.EvaluateFolder(_folder.Root)).Path);
    }

    [Fact]
    public void Progress_tells_every_image_and_cancellation_stops()
    {
        _folder.Write("a/1.txt", HitText);
        _folder.Write("a/2.txt", MissText);
        using var cancellation = new CancellationTokenSource();
        var reports = new List<WiderProgress>();
        var truth = new WiderGroundTruth([Image("a/1.jpg"), Image("a/2.jpg")]);
        var evaluator = new WiderEvaluator(truth) { Threads = 1, Progress = new Listener(reports.Add) };
        evaluator.EvaluateFolder(_folder.Root, images: null, cancellation.Token);
        Assert.Equal([(1, 2), (2, 2)], reports.Select(report => (report.Done, report.Total)));
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => evaluator.EvaluateFolder(_folder.Root, images: null, cancellation.Token));
    }

    private sealed class Listener(Action<WiderProgress> onReport) : IProgress<WiderProgress>
    {
        public void Report(WiderProgress value) => onReport(value);
    }
}
