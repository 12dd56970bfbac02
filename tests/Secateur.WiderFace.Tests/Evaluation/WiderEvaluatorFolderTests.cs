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
    private readonly WiderGroundTruth _truth;
    private readonly WiderEvaluator _evaluator;

    public WiderEvaluatorFolderTests() => (_truth, _evaluator) = Truth("a/1.jpg", "a/2.jpg", "b/3.jpg");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_image_without_file_counts_as_one_without_detections()
    {
        _folder.Write("a/1.txt", HitText);
        _folder.Write("b/3.txt", "x\n0\n");
        _folder.Write("b/unknown.txt", MissText);
        _folder.Write("readme.txt", "not a prediction");
        var files = Open();
        Assert.Equal(["a/2.jpg"], files.Missing.Select(i => i.ToString()));
        Assert.Equal([Path.Combine("b", "unknown.txt")], files.Unmatched.AsEnumerable());
        var result = _evaluator.Evaluate(files);
        Assert.Equal((3, 3, 1, 3), (result.Images, result.ListedImages, result.Predictions, result.Hard.Faces));
        Assert.Equal(1 / 3.0, result.Hard.AveragePrecision!.Value, 1e-12);
        var partial = _evaluator.Evaluate(files, files.Images);
        Assert.Equal((2, 3, 1, 2), (partial.Images, partial.ListedImages, partial.Predictions, partial.Hard.Faces));
        Assert.Equal(0.5, partial.Hard.AveragePrecision);
    }

    [Fact]
    public void Names_match_without_regard_to_case_where_that_is_unambiguous()
    {
        var evaluator = Truth("a/1.jpg", "a/x.jpg", "a/X.jpg");
        _folder.Write("A/1.txt", HitText);
        _folder.Write("A/x.txt", HitText);
        _folder.Write("a/X.txt", HitText);
        var files = WiderPredictionFolder.Open(_folder.Root, evaluator.Truth);
        Assert.Equal(["a/1.jpg", "a/X.jpg"], files.Images.Select(i => i.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal([Path.Combine("A", "x.txt")], files.Unmatched.AsEnumerable());
        Assert.Equal(2 / 3.0, evaluator.Evaluator.Evaluate(files).Hard.AveragePrecision!.Value, 1e-12);
    }

    [Fact]
    public void A_file_of_the_exact_name_comes_before_one_in_another_case()
    {
        _folder.Write("A/1.txt", MissText);
        _folder.Write("a/1.txt", HitText);
        var files = Open();
        Assert.Equal(_folder.PathOf("a/1.txt"), files.PathOf(Name("a/1.jpg")));
        Assert.Equal([Path.Combine("A", "1.txt")], files.Unmatched.AsEnumerable());
    }

    [Fact]
    public void Chosen_images_are_evaluated_and_each_needs_a_file()
    {
        _folder.Write("a/1.txt", HitText);
        _folder.Write("a/2.txt", MissText);
        Assert.Equal(1, _evaluator.Evaluate(Open(), [Name("a/1.jpg")]).Hard.AveragePrecision);
        var missing = Assert.Throws<FileNotFoundException>(() => _evaluator.Evaluate(Open(), [Name("a/1.jpg"), Name("b/3.jpg")]));
        Assert.Contains("1 of 2 images have no predictions, such as b/3.jpg", missing.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => _evaluator.Evaluate(Open(), [Name("c/4.jpg")]));
        Assert.Throws<ArgumentException>(() => _evaluator.Evaluate(Open(), [Name("a/1.jpg"), Name("a/1.jpg")]));
    }

    [Fact]
    public void The_events_may_lie_in_the_only_folder()
    {
        _folder.Write("predictions/A/1.txt", HitText);
        Assert.Equal([Name("a/1.jpg")], Open().Images);
    }

    [Fact]
    public void A_folder_without_predictions_is_told()
    {
        _folder.Write("one/a/1.txt", HitText);
        _folder.Write("two/2.txt", HitText);
        var error = Assert.Throws<FileNotFoundException>(Open);
        Assert.Contains(Path.Combine("a", "1.txt"), error.Message, StringComparison.Ordinal);
        Assert.Contains("found 1 others, such as " + Path.Combine("two", "2.txt"), error.Message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => WiderPredictionFolder.Open(_folder.PathOf("none"), _truth));
    }

    [Fact]
    public void A_damaged_file_is_named()
    {
        _folder.Write("a/1.txt", HitText);
        var damaged = _folder.Write("a/2.txt", HitText[..20]);
        Assert.Equal(damaged, Assert.Throws<InvalidFileException>(() => _evaluator.Evaluate(Open())).Path);
    }

    [Fact]
    public void Progress_tells_every_image_and_cancellation_stops()
    {
        _folder.Write("a/1.txt", HitText);
        _folder.Write("a/2.txt", MissText);
        using var cancellation = new CancellationTokenSource();
        var reports = new List<WiderProgress>();
        var evaluator = new WiderEvaluator(_truth) { Threads = 1, Progress = new Listener(reports.Add) };
        evaluator.Evaluate(Open(), images: null, cancellation.Token);
        Assert.Equal([(1, 3), (2, 3), (3, 3)], reports.Select(report => (report.Done, report.Total)));
        cancellation.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => evaluator.Evaluate(Open(), images: null, cancellation.Token));
    }

    private WiderPredictionFolder Open() => WiderPredictionFolder.Open(_folder.Root, _truth);

    private static (WiderGroundTruth Truth, WiderEvaluator Evaluator) Truth(params string[] paths)
    {
        var truth = new WiderGroundTruth([.. paths.Select(path => Image(path, Face(10, 10, 20, 20, WiderSettings.All)))]);
        return (truth, new WiderEvaluator(truth));
    }

    private sealed class Listener(Action<WiderProgress> onReport) : IProgress<WiderProgress>
    {
        public void Report(WiderProgress value) => onReport(value);
    }
}
