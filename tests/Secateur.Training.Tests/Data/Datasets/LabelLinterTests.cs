using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.Training.Data.Datasets;
using Xunit;

namespace Secateur.Training.Tests.Data.Datasets;

public sealed class LabelLinterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_problem_is_counted_and_named()
    {
        WriteDamaged();
        var dataset = FaceDatasets.Open(_folder.Root, DatasetSplit.Train);

        Assert.Equal(["good.png", "none.png"], dataset.Images.Select(i => i.Name));
        Assert.Equal([new LabelledFace(1, 2, 11, 12), new LabelledFace(-3, 2, 7, 12)], dataset.Images[0].Faces.AsEnumerable());
        Assert.Equal((5, 7, 2), (dataset.Lint.ListedImages, dataset.Lint.ListedFaces, dataset.FaceCount));
        Assert.Equal(
            [
                (LintProblem.MissingImage, 1, "gone.png: is missing"),
                (LintProblem.UnreadableImage, 2, "text.png: is not a JPEG"),
                (LintProblem.ImageWithoutFaces, 1, "none.png"),
                (LintProblem.ZeroArea, 1, "good.png: 5, 5 to 5, 9 in 40 x 30"),
                (LintProblem.OutsideImage, 1, "good.png: 50, 2"),
                (LintProblem.PartlyOutside, 1, "good.png: -3, 2 to 7, 12"),
            ],
            dataset.Lint.Findings.Zip(["gone.png: is missing", "text.png: is not a JPEG", "none.png", "good.png: 5, 5 to 5, 9 in 40 x 30", "good.png: 50, 2", "good.png: -3, 2 to 7, 12"])
                .Select(f => (f.First.Problem, f.First.Count, f.First.Examples[0].StartsWith(f.Second, StringComparison.Ordinal) ? f.Second : f.First.Examples[0])));
    }

    [Fact]
    public void Strict_turns_what_would_be_left_out_into_an_error()
    {
        WriteDamaged();
        var error = Assert.Throws<InvalidFileException>(() => FaceDatasets.Open(_folder.Root, DatasetSplit.Train, strict: true));
        Assert.Contains("text.png", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.png")]
    [InlineData("a.jpg")]
    [InlineData("a.ppm")]
    public void Nothing_behind_the_header_of_an_image_is_read(string name)
    {
        Directory.CreateDirectory(_folder.PathOf("images"));
        var path = _folder.PathOf("images", name);
        ImageFile.Write(path, new RgbImage(40, 30));
        using (var image = File.OpenWrite(path)) image.SetLength(1 << 30);
        _folder.Write("label.txt", $"# {name}\n1 2 10 10\n");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var dataset = FaceDatasets.Open(_folder.Root, DatasetSplit.Train);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Equal((40, 30), (dataset.Images[0].Width, dataset.Images[0].Height));
    }

    [SharedDataFact]
    public void Wider_mini_is_checked_by_its_headers()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var dataset = FaceDatasets.Open(SharedData.PathOf("wider-mini"), DatasetSplit.Train);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < dataset.Images.Sum(i => new FileInfo(i.Path).Length) / 2, $"allocated {allocated} bytes");
        Assert.Equal((1041, 13704), (dataset.Images.Length, dataset.FaceCount));
        Assert.Equal([(LintProblem.ImageWithoutFaces, 2), (LintProblem.ZeroArea, 3)], dataset.Lint.Findings.Select(f => (f.Problem, f.Count)));
    }

    private void WriteDamaged()
    {
        Directory.CreateDirectory(_folder.PathOf("images"));
        foreach (var name in new[] { "good.png", "none.png" }) ImageFile.Write(_folder.PathOf("images", name), new RgbImage(40, 30));
        _folder.Write("images/text.png", "no picture");
        _folder.Write("images/cut.jpg", [0xFF, 0xD8, 0xFF]);
        _folder.Write("label.txt", """
            # good.png
            1 2 10 10
            5 5 0 4
            50 2 10 10
            -3 2 10 10
            # text.png
            1 2 3 4
            # none.png
            # gone.png
            1 2 3 4
            # cut.jpg
            1 2 3 4
            """);
    }
}
