using System.Text;
using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.Training.Data.Datasets;
using Xunit;

namespace Secateur.Training.Tests.Data.Datasets;

public sealed class FaceDatasetsTests : IDisposable
{
    private const string Xml = "<annotation><size><width>40</width></size>"
        + "<object><name>face</name><bndbox><xmin>5</xmin><ymin>7</ymin><xmax>14</xmax><ymax>26</ymax></bndbox></object>"
        + "<object><name>dog</name></object></annotation>";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_official_layout_is_read()
    {
        WriteImage("WIDER_train/images/a/1.png");
        _folder.Write("wider_face_split/wider_face_train_bbx_gt.txt", "a/1.png\n1\n4 6 10 20 0 0 0 1 0 0\n");
        HasOneFace(FaceDatasets.Open(_folder.Root, DatasetSplit.Train), "WIDER FACE");
    }

    [Theory]
    [InlineData("train/", DatasetSplit.Train)]
    [InlineData("val/", DatasetSplit.Validation)]
    [InlineData("", DatasetSplit.Train)]
    public void A_label_file_with_landmarks_is_read(string part, DatasetSplit split)
    {
        WriteImage(part + "images/a/1.png");
        WriteImage(part + "images/a/2.png");
        _folder.Write(part + "label.txt", "# a/1.png\n4 6 10 20 7.5 9.25 0.0 12 9 0.0 0.9\n# a/2.png\n");
        var dataset = FaceDatasets.Open(_folder.Root, split);
        HasOneFace(dataset, "RetinaFace");
        Assert.Empty(dataset.Images[1].Faces);
    }

    [Fact]
    public void Voc_annotations_are_read()
    {
        WriteImage("JPEGImages/1.png");
        _folder.Write("Annotations/1.xml", Xml);
        _folder.Write("ImageSets/Main/train.txt", "1  1\n");
        var dataset = FaceDatasets.Open(_folder.Root, DatasetSplit.Train);
        HasOneFace(dataset, "PASCAL VOC");
        Assert.Equal(1, dataset.Lint.CountOf(LintProblem.OtherObject));
        Assert.Contains("without a val split", Rejects(DatasetSplit.Validation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train/", DatasetSplit.Train)]
    [InlineData("val/", DatasetSplit.Validation)]
    [InlineData("", DatasetSplit.Train)]
    public void Yolo_labels_are_read(string part, DatasetSplit split)
    {
        WriteImage($"images/{part}1.png");
        WriteImage($"images/{part}2.png");
        // 40 x 50 pixels: centre (9, 16), size 10 x 20.
        _folder.Write($"labels/{part}1.txt", "0 0.225 0.32 0.25 0.4\n3 0.5 0.5 0.1 0.1\n");
        var dataset = FaceDatasets.Open(_folder.Root, split);
        HasOneFace(dataset, "YOLO");
        Assert.Empty(dataset.Images[1].Faces);
        Assert.Equal((1, 1, 0), (dataset.Lint.CountOf(LintProblem.OtherObject), dataset.Lint.CountOf(LintProblem.ImageWithoutFaces), dataset.Lint.CountOf(LintProblem.PartlyOutside)));
    }

    [Fact]
    public void Images_whose_own_labels_are_damaged_or_missing_are_left_out()
    {
        foreach (var name in new[] { "1", "2", "3" }) WriteImage($"JPEGImages/{name}.png");
        _folder.Write("Annotations/1.xml", Xml);
        _folder.Write("Annotations/2.xml", "<annotation>");
        _folder.Write("ImageSets/Main/train.txt", "1\n2\n3\n");
        var dataset = FaceDatasets.Open(_folder.Root, DatasetSplit.Train);
        HasOneFace(dataset, "PASCAL VOC");
        Assert.Single(dataset.Images);
        Assert.Equal(2, dataset.Lint.CountOf(LintProblem.UnreadableLabels));
        Assert.Throws<InvalidFileException>(() => FaceDatasets.Open(_folder.Root, DatasetSplit.Train, strict: true));
    }

    [Fact]
    public void Another_folder_is_told_with_what_was_looked_for_and_found()
    {
        _folder.Write("pictures/1.txt", "");
        var problem = Rejects(DatasetSplit.Train);
        Assert.All(["WIDER FACE", "label.txt", "Annotations", "labels/train", "found pictures"], part => Assert.Contains(part, problem, StringComparison.Ordinal));
        Assert.Throws<DirectoryNotFoundException>(() => FaceDatasets.Open(_folder.PathOf("none"), DatasetSplit.Train));
    }

    [Fact]
    public void Splits_without_images_are_told()
    {
        _folder.Write("label.txt", "# gone.png\n1 2 3 4\n");
        Assert.Contains("gone.png", Rejects(DatasetSplit.Train), StringComparison.Ordinal);
        Assert.Contains("without a val split", Rejects(DatasetSplit.Validation), StringComparison.Ordinal);
        _folder.Write("label.txt", "");
        Assert.Contains("no usable image (0 listed)", Rejects(DatasetSplit.Train), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 2 3 4\n", "before the first face")]
    [InlineData("# ../a.png\n", "expected '# PATH'")]
    [InlineData("# /etc/a.png\n", "expected '# PATH'")]
    [InlineData("# a.png\n1 2 3\n", "line 2: expected a face")]
    [InlineData("# a.png\n1 2 NaN 4\n", "expected a face")]
    [InlineData("# a.png\n1 2 -3 4\n", "expected a face")]
    [InlineData("# a.png\n1 2 1e300 4\n", "expected a face")]
    public void Damaged_label_files_are_turned_down(string text, string expected) =>
        Assert.Contains(expected, ReaderFuzz.Rejects(Encoding.UTF8.GetBytes(text), path => RetinaFaceReader.ReadList(path, "images"), ".txt").Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "no XML")]
    [InlineData("<annotation>", "no XML")]
    [InlineData("<other/>", "root element other")]
    [InlineData("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><annotation>&b;</annotation>", "no XML")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><annotation>&c;</annotation>", "no XML")]
    [InlineData("<annotation><object><name>face</name></object></annotation>", "without bndbox")]
    [InlineData("<annotation><object><name>face</name><bndbox><xmin>x</xmin></bndbox></object></annotation>", "xmin")]
    public void Damaged_annotations_are_turned_down(string text, string expected) =>
        Assert.Contains(expected, ReaderFuzz.Rejects(Encoding.UTF8.GetBytes(text), path => VocReader.ReadObjects(path), ".xml").Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("0 0.5 0.5 0.1\n")]
    [InlineData("0 100 200 30 40\n")]
    [InlineData("0 0.5 0.5 -0.1 0.1\n")]
    [InlineData("0.5 0.5 0.5 0.1 0.1\n")]
    [InlineData("NaN 0.5 0.5 0.1 0.1\n")]
    public void Damaged_yolo_labels_are_turned_down(string text) =>
        Assert.Contains("expected 'class cx cy w h'", ReaderFuzz.Rejects(Encoding.UTF8.GetBytes(text), path => YoloReader.ReadLabels(path), ".txt").Problem, StringComparison.Ordinal);

    [Fact]
    public void Mutants_are_read_or_turned_down()
    {
        ReaderFuzz.Run(["# a/1.png\n4 6 10 20 7.5 9.25 0.0 12\n# b.png\n1 2 3 4\n"u8.ToArray()], path => RetinaFaceReader.ReadList(path, "images"), ".txt", rounds: 200);
        ReaderFuzz.Run([Encoding.UTF8.GetBytes(Xml)], path => VocReader.ReadObjects(path), ".xml", rounds: 200);
        ReaderFuzz.Run(["one 1\ntwo\n"u8.ToArray()], path => VocReader.ReadNames(path), ".txt", rounds: 100);
        ReaderFuzz.Run(["0 0.225 0.32 0.25 0.4\n3 0.5 0.5 0.1 0.1\n"u8.ToArray()], path => YoloReader.ReadLabels(path), ".txt", rounds: 200);
    }

    private static void HasOneFace(FaceDataset dataset, string layout)
    {
        Assert.Equal(layout, dataset.Layout);
        Assert.Equal((40, 50), (dataset.Images[0].Width, dataset.Images[0].Height));
        var face = Assert.Single(dataset.Images[0].Faces);
        Assert.Equal([4.0, 6, 14, 26], new[] { face.X1, face.Y1, face.X2, face.Y2 }.Select(v => Math.Round(v, 4)));
    }

    private string Rejects(DatasetSplit split) => Assert.Throws<InvalidFileException>(() => FaceDatasets.Open(_folder.Root, split)).Message;

    private void WriteImage(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(name))!);
        ImageFile.Write(_folder.PathOf(name), new RgbImage(40, 50));
    }
}
