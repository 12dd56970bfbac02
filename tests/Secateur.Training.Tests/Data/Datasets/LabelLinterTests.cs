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

    [Fact]
    public void A_face_labelled_twice_counts_once_and_is_told()
    {
        Directory.CreateDirectory(_folder.PathOf("images"));
        ImageFile.Write(_folder.PathOf("images", "a.png"), new RgbImage(40, 30));
        _folder.Write("label.txt", "# a.png\n1 2 10 10\n5 5 9 9\n1 2 10 10\n1 2 10 10\n");
        var dataset = FaceDatasets.Open(_folder.Root, DatasetSplit.Train);
        Assert.Equal([new LabelledFace(1, 2, 11, 12), new LabelledFace(5, 5, 14, 14)], dataset.Images[0].Faces.AsEnumerable());
        Assert.Equal((2, "a.png: 1, 2 to 11, 12 in 40 x 30"), (dataset.Lint.CountOf(LintProblem.DuplicateFace), dataset.Lint.Findings[0].Examples[0]));
    }

    [Fact]
    public void A_picture_on_its_side_is_turned_upright_with_its_labels()
    {
        WriteTurned("images/1.jpg");
        _folder.Write("labels/1.txt", "0 0.5 0.5 0.5 0.5\n");
        var dataset = FaceDatasets.Open(_folder.Root, DatasetSplit.Train);
        var image = Assert.Single(dataset.Images);
        Assert.Equal((30, 40, true), (image.Width, image.Height, image.Upright));
        Assert.Equal(new LabelledFace(7.5f, 10, 22.5f, 30), Assert.Single(image.Faces));
        Assert.Equal(1, dataset.Lint.CountOf(LintProblem.TurnedUpright));
    }

    [Fact]
    public void The_official_wider_labels_are_for_the_picture_as_stored()
    {
        WriteTurned("WIDER_train/images/a/1.jpg");
        _folder.Write("wider_face_split/wider_face_train_bbx_gt.txt", "a/1.jpg\n1\n4 6 10 20 0 0 0 0 0 0\n");
        var dataset = FaceDatasets.Open(_folder.Root, DatasetSplit.Train);
        Assert.Equal((40, 30, false), (dataset.Images[0].Width, dataset.Images[0].Height, dataset.Images[0].Upright));
        Assert.Equal(1, dataset.Lint.CountOf(LintProblem.UsedAsStored));
    }

    [Theory]
    [InlineData(30, 40, true, 0)]
    [InlineData(40, 30, false, 0)]
    [InlineData(80, 60, true, 1)]
    public void The_size_that_voc_labels_declare_tells_which_way_round_they_are_meant(int width, int height, bool upright, int otherSize)
    {
        WriteTurned("JPEGImages/1.jpg");
        _folder.Write("ImageSets/Main/train.txt", "1\n");
        _folder.Write("Annotations/1.xml", $"<annotation><size><width>{width}</width><height>{height}</height></size></annotation>");
        var dataset = FaceDatasets.Open(_folder.Root, DatasetSplit.Train);
        Assert.Equal((upright, otherSize), (dataset.Images[0].Upright, dataset.Lint.CountOf(LintProblem.OtherSize)));
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

    /// <summary>A picture of 40 x 30 pixels that is to be turned by a quarter (EXIF orientation 6).</summary>
    private void WriteTurned(string name)
    {
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        var jpeg = ImageFile.EncodeJpeg(new RgbImage(40, 30));
        _folder.Write(name, [.. jpeg[..2], .. exif, .. jpeg[2..]]);
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
