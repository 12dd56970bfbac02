using Secateur.Demo.Datasets;
using Secateur.Imaging;
using Secateur.TestSupport;
using Secateur.WiderFace;
using Secateur.WiderFace.Evaluation;
using Secateur.WiderFace.Predictions;
using Xunit;

namespace Secateur.Demo.Tests.Datasets;

public sealed class DrawnDatasetTests : IDisposable
{
    private static readonly DrawnDatasetOptions Small = new() { TrainImages = 5, ValidationImages = 4, Width = 96, Height = 80, MostFaces = 3, Seed = 3, Threads = 2 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_layout_is_that_of_the_data_set()
    {
        var reports = new Reports();
        DrawnDataset.Write(_folder.Root, Small, reports);
        var train = WiderFaceDataset.Open(_folder.Root, WiderFaceSplit.Train);
        var validation = WiderFaceDataset.Open(_folder.Root, WiderFaceSplit.Validation);
        Assert.Equal((5, 4), (train.Images.Length, validation.Images.Length));
        Assert.Empty(train.Absent.AddRange(validation.Absent));
        Assert.Equal(Enumerable.Range(1, 9), reports.Done.Order());
        Assert.All(train.Images.AddRange(validation.Images), image =>
        {
            Assert.Equal(DrawnDataset.Event, image.Name.Event);
            var pixels = ImageFile.Read(image.Path);
            Assert.Equal((96, 80), (pixels.Width, pixels.Height));
            Assert.InRange(image.Faces.Length, 1, 3);
            Assert.All(image.Faces, face =>
            {
                Assert.InRange(face.X, 0, 95);
                Assert.InRange(face.Y, 0, 79);
                Assert.InRange(face.Width, 2, 96 - face.X);
                Assert.InRange(face.Height, 3, 80 - face.Y);
            });
        });
    }

    [Fact]
    public void The_ground_truth_says_the_same_as_the_list_and_what_is_found_exactly_scores_1()
    {
        DrawnDataset.Write(_folder.Root, Small with { ValidationImages = 12, TrainImages = 1, Width = 200, Height = 160, MostFaces = 6 });
        var list = WiderFaceDataset.Open(_folder.Root, WiderFaceSplit.Validation).Images;
        var truth = WiderGroundTruth.Load(_folder.Root);
        Assert.Equal(list.Select(image => image.Name), truth.Images.Select(image => image.Name));
        foreach (var (image, expected) in truth.Images.Zip(list))
        {
            Assert.Equal(expected.Faces.Select(f => (f.X, f.Y, f.Width, f.Height)), image.Faces.Select(f => ((int)f.X, (int)f.Y, (int)f.Width, (int)f.Height)));
            Assert.All(image.Faces, face =>
            {
                Assert.Equal(face.Height >= DrawnDataset.EasyHeight, face.CountsIn.HasFlag(WiderSettings.Easy));
                Assert.Equal(face.Height >= DrawnDataset.MediumHeight, face.CountsIn.HasFlag(WiderSettings.Medium));
                Assert.Equal(face.Height >= DrawnDataset.HardHeight, face.CountsIn.HasFlag(WiderSettings.Hard));
            });
        }

        var perfect = truth.Images.ToDictionary(
            image => image.Name, IReadOnlyList<WiderPrediction> (image) => [.. image.Faces.Select(f => new WiderPrediction(f.X, f.Y, f.Width, f.Height, 0.9))]);
        var result = new WiderEvaluator(truth).Evaluate(perfect);
        Assert.True(result.Hard.Faces > result.Medium.Faces && result.Medium.Faces > result.Easy.Faces && result.Easy.Faces > 0);
        Assert.Equal((1.0, 1.0, 1.0), (result.Easy.AveragePrecision, result.Medium.AveragePrecision, result.Hard.AveragePrecision));
    }

    [Fact]
    public void The_files_are_the_same_for_any_number_of_threads_and_others_for_another_seed()
    {
        var (one, four, other) = (_folder.PathOf("one"), _folder.PathOf("four"), _folder.PathOf("other"));
        DrawnDataset.Write(one, Small with { Threads = 1 });
        DrawnDataset.Write(four, Small with { Threads = 4 });
        DrawnDataset.Write(other, Small with { Seed = 4 });
        var (first, second, third) = (Content(one), Content(four), Content(other));
        Assert.Equal(5 + 4 + 2 + 4, first.Count);
        Assert.Equal(first, second);
        Assert.Equal(first.Keys.Order(), third.Keys.Order());
        Assert.DoesNotContain(first.Where(f => f.Key.EndsWith(".jpg", StringComparison.Ordinal)), f => third[f.Key] == f.Value);
        Assert.Equal(9, first.Where(f => f.Key.EndsWith(".jpg", StringComparison.Ordinal)).Select(f => f.Value).Distinct().Count());
    }

    [Fact]
    public void A_cancelled_one_has_no_lists()
    {
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => DrawnDataset.Write(_folder.Root, Small with { Threads = 1 }, new Reports(stop.Cancel), stop.Token));
        Assert.Empty(Directory.GetFiles(_folder.PathOf("wider_face_split")));
        Assert.True(Directory.GetFiles(_folder.Root, "*.jpg", SearchOption.AllDirectories).Length < 9);
    }

    [Fact]
    public void Wrong_options_are_refused_before_anything_is_written()
    {
        var place = _folder.PathOf("new");
        DrawnDatasetOptions[] wrong =
            [Small with { TrainImages = 0 }, Small with { ValidationImages = 0 }, Small with { Width = 31 }, Small with { Height = 31 }, Small with { MostFaces = 0 }, Small with { Threads = 0 }];
        Assert.All(wrong, options => Assert.Throws<ArgumentOutOfRangeException>(() => DrawnDataset.Write(place, options)));
        Assert.False(Directory.Exists(place));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_told()
    {
        var file = _folder.Write("file", "in the way");
        Assert.ThrowsAny<IOException>(() => DrawnDataset.Write(file, Small));
        Assert.Equal("in the way", File.ReadAllText(file));
    }

    private static Dictionary<string, string> Content(string root) =>
        Directory.GetFiles(root, "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetRelativePath(root, path), path => Convert.ToHexString(File.ReadAllBytes(path)));

    private sealed class Reports(Action? then = null) : IProgress<WiderProgress>
    {
        private readonly Lock _gate = new();

        public List<int> Done { get; } = [];

        public void Report(WiderProgress value)
        {
            lock (_gate) Done.Add(value.Done);
            then?.Invoke();
        }
    }
}
