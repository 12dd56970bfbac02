using System.Text;
using Secateur.Imaging;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.Training.Data.Datasets;
using Xunit;

namespace Secateur.Training.Tests.Data.Datasets;

public sealed class FaceDatasetsTests : IDisposable
{
    private const string Xml = "<annotation><size><width>40</width><height>50</height></size>"
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
        Assert.Contains("no usable image; 0 images listed", Rejects(DatasetSplit.Train), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 2 3 4\n", "before the first face")]
    [InlineData("# ../a.png\n", "expected '# PATH'")]
    [InlineData("# /etc/a.png\n", "expected '# PATH'")]
    public void A_path_of_a_label_file_that_is_none_costs_its_image_only(string text, string expected)
    {
        var images = RetinaFaceReader.ReadList(_folder.Write("label.txt", text + "1 2 3 4\n# ./a.png\n1 2 3 4\n"), "images");
        Assert.Contains(expected, images[0].Problem!.Message, StringComparison.Ordinal);
        Assert.Equal(("a.png", 1), (images[1].Name, images[1].Faces.Length));
    }

    [Theory]
    [InlineData("1 2 3")]
    [InlineData("1 2 NaN 4")]
    [InlineData("1 2 1e300 4")]
    public void An_odd_line_of_a_label_file_costs_its_face_only(string line)
    {
        var image = Assert.Single(RetinaFaceReader.ReadList(_folder.Write("label.txt", $"# a.png\n{line}\n1 2 3 4\n"), "images"));
        Assert.Single(image.Faces);
        Assert.StartsWith("line 2: expected a face", Assert.Single(image.OddLabels), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no XML")]
    [InlineData("<annotation>", "no XML")]
    [InlineData("<other/>", "root element other")]
    [InlineData("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><annotation>&b;</annotation>", "no XML")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"bb\"><!ENTITY c \"&b;&b;\">]><annotation>&c;</annotation>", "no XML")]
    public void Damaged_annotations_are_turned_down(string text, string expected) =>
        Assert.Contains(expected, ReaderFuzz.Rejects(Encoding.UTF8.GetBytes(text), path => VocReader.ReadObjects(path, Blank), ".xml").Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("<object><name>face</name></object>", "without bndbox")]
    [InlineData("<object><name>face</name><bndbox><xmin>x</xmin></bndbox></object>", "xmin")]
    public void An_odd_object_costs_its_face_only(string part, string expected)
    {
        var image = VocReader.ReadObjects(_folder.Write("a.xml", Xml.Replace("<object><name>dog", part + "<object><name>dog", StringComparison.Ordinal)), Blank);
        Assert.Equal((1, 1), (image.Faces.Length, image.OtherObjects));
        Assert.Contains(expected, Assert.Single(image.OddLabels), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0 0.5 0.5 0.1")]
    [InlineData("0 100 200 30 40")]
    [InlineData("0.5 0.5 0.5 0.1 0.1")]
    [InlineData("NaN 0.5 0.5 0.1 0.1")]
    [InlineData("0 0.1 0.1 0.2 0.1 0.2 0.2")]
    [InlineData("0 .10 .10 .20 .08 .30 .10 .35 .20 .30 .30 .20 .32 .10 .20")]
    public void An_odd_yolo_line_costs_its_face_only(string line)
    {
        var image = YoloReader.ReadLabels(_folder.Write("a.txt", $"{line}\n0 0.5 0.5 0.1 0.1\n"), Blank, 0);
        Assert.Single(image.Faces);
        Assert.StartsWith("line 1: expected 'class cx cy w h'", Assert.Single(image.OddLabels), StringComparison.Ordinal);
    }

    [Fact]
    public void Odd_labels_are_findings_and_errors_only_when_strict()
    {
        WriteImage("images/1.png");
        _folder.Write("labels/1.txt", "0 0.225 0.32 0.25 0.4\n0 0.5\n0 0.5 0.5 -0.1 0.1\n");
        var dataset = FaceDatasets.Open(_folder.Root, DatasetSplit.Train);
        HasOneFace(dataset, "YOLO");
        Assert.Equal((1, 1), (dataset.Lint.CountOf(LintProblem.OddLabel), dataset.Lint.CountOf(LintProblem.ZeroArea)));
        Assert.Contains("line 2", Assert.Throws<InvalidFileException>(() => FaceDatasets.Open(_folder.Root, DatasetSplit.Train, strict: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Yolo_lines_may_go_on_with_a_confidence_or_landmarks()
    {
        WriteImage("images/1.PNG");
        string[] tails = ["", " 0.93", string.Concat(Enumerable.Repeat(" 0.2 0.3", 5)), string.Concat(Enumerable.Repeat(" -1", 15))];
        foreach (var tail in tails)
        {
            _folder.Write("labels/1.txt", $"0 0.225 0.32 0.25 0.4{tail}\n");
            var dataset = FaceDatasets.Open(_folder.Root, DatasetSplit.Train);
            HasOneFace(dataset, "YOLO");
            Assert.Empty(dataset.Lint.Findings);
        }
    }

    [Theory]
    [InlineData("train/images", "valid/images", "train/labels", "valid/labels")]
    [InlineData("images/train", "images/valid", "labels/train", "labels/valid")]
    [InlineData("images/train", "images/val", "labels/train", "labels/val")]
    [InlineData("images", "", "labels", "")]
    public void Exported_yolo_layouts_are_read(string train, string validation, string trainLabels, string validationLabels)
    {
        WriteYolo(train, trainLabels);
        if (validation.Length > 0) WriteYolo(validation, validationLabels);
        HasOneFace(FaceDatasets.Open(_folder.Root, DatasetSplit.Train), "YOLO");
        Assert.Equal(validation.Length > 0, FaceDatasets.HasSplit(_folder.Root, DatasetSplit.Validation));
        if (validation.Length > 0) HasOneFace(FaceDatasets.Open(_folder.Root, DatasetSplit.Validation), "YOLO");
    }

    [Theory]
    [InlineData("train: ../learn/images\nval: ../check/images\nnc: 2\nnames: ['person', 'face']\n", 1)]
    [InlineData("path: .\ntrain: learn/images\nval: check/images\nnames:\n  0: dog\n  3: Face\n", 3)]
    [InlineData("train: learn/images\nvalid: check/images\n", 0)]
    public void The_configuration_names_folders_and_the_class_of_faces(string yaml, int face)
    {
        WriteYolo("learn/images", "learn/labels", face);
        WriteYolo("check/images", "check/labels", face);
        var path = _folder.Write("data.yaml", yaml);
        HasOneFace(FaceDatasets.Open(_folder.Root, DatasetSplit.Train), "YOLO");
        HasOneFace(FaceDatasets.Open(path, DatasetSplit.Validation), "YOLO");
    }

    [Theory]
    [InlineData("names: [a, b]\n", "names no class face, but 'a', 'b'")]
    [InlineData("- 1\n", "no YAML mapping")]
    [InlineData("", "no YAML mapping")]
    [InlineData("a: [\n", "no YAML: line")]
    [InlineData("a: &a [b, *a]\n", "aliases are not read")]
    [InlineData("? &a [*a]\n: 1\n", "aliases are not read")]
    public void A_configuration_that_is_none_is_told(string yaml, string expected)
    {
        WriteYolo("images", "labels");
        _folder.Write("data.yaml", yaml);
        Assert.Contains(expected, Rejects(DatasetSplit.Train), StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_nested_without_end_is_turned_down()
    {
        WriteYolo("images", "labels");
        _folder.Write("data.yaml", "names: " + new string('[', 100_000));
        Assert.Contains("no YAML", Rejects(DatasetSplit.Train), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("annotations/instances_train2017.json", "train2017/")]
    [InlineData("annotations/train.json", "images/train/")]
    [InlineData("annotations/face_train.json", "images/")]
    [InlineData("annotations/train.json", "")]
    [InlineData("train/_annotations.coco.json", "train/")]
    public void Coco_annotations_are_read(string annotations, string images)
    {
        WriteImage(images + "1.png");
        WriteImage(images + "2.png");
        _folder.Write(annotations, """
            {"info": {}, "images": [{"id": 7, "file_name": "2.png", "width": 40, "height": 50}, {"id": 5, "file_name": "1.png", "extra": [1]}, {"id": 6, "file_name": "../x.png"}, {"id": 8, "file_name": "1.png"}],
             "categories": [{"id": 0, "name": "faces"}, {"id": 1, "name": "face"}, {"id": 2, "name": "dog"}],
             "annotations": [{"id": 1, "image_id": 5, "category_id": 1, "bbox": [4, 6, 10, 20.0], "iscrowd": 0, "segmentation": [[1, 2]]},
              {"image_id": 5, "category_id": 2, "bbox": [1, 1, 1, 1]}, {"image_id": 5, "category_id": 1, "bbox": [1, 1, 30, 30], "iscrowd": 1}, {"image_id": 8, "category_id": 1, "bbox": [4, 6, 10, 20], "iscrowd": false}, {"image_id": 5, "category_id": 1, "bbox": [2, 2, 30, 30], "iscrowd": true},
              {"image_id": 5, "category_id": 1, "bbox": [1, 1]}]}
            """);
        var dataset = FaceDatasets.Open(_folder.Root, DatasetSplit.Train);
        HasOneFace(dataset, "COCO");
        Assert.Empty(dataset.Images[1].Faces);
        Assert.Equal((3, 1, 1), (dataset.Lint.CountOf(LintProblem.OtherObject), dataset.Lint.CountOf(LintProblem.OddLabel), dataset.Lint.CountOf(LintProblem.UnreadableLabels)));
        Assert.False(FaceDatasets.HasSplit(_folder.Root, DatasetSplit.Validation));
    }

    [Theory]
    [InlineData("1.JPG")]
    [InlineData("1.JPEG")]
    [InlineData("1.Png")]
    [InlineData("a picture.jpg")]
    public void Voc_images_are_found_whatever_their_extension_and_spaces(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        WriteImage("JPEGImages/" + file);
        _folder.Write($"Annotations/{name}.xml", Xml);
        foreach (var line in new[] { name, name + "  1", name + " -1" })
        {
            _folder.Write("ImageSets/Main/train.txt", line + "\n");
            HasOneFace(FaceDatasets.Open(_folder.Root, DatasetSplit.Train), "PASCAL VOC");
        }
    }

    [Fact]
    public void Findings_are_told_where_no_image_is_usable()
    {
        _folder.Write("images/text.png", "no picture");
        _folder.Write("label.txt", "# gone.png\n1 2 3 4\n# text.png\n1 2 3 4\n# ../x.png\n");
        var problem = Rejects(DatasetSplit.Train);
        Assert.All(
            ["3 images listed", "missing images, left out: 1, such as gone.png", "unreadable images, left out: 1, such as text.png", "images with unreadable labels, left out: 1"],
            part => Assert.Contains(part, problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Mutants_are_read_or_turned_down()
    {
        ReaderFuzz.Run(["# a/1.png\n4 6 10 20 7.5 9.25 0.0 12\n# b.png\n1 2 3 4\n"u8.ToArray()], path => RetinaFaceReader.ReadList(path, "images"), ".txt", rounds: 200);
        ReaderFuzz.Run([Encoding.UTF8.GetBytes(Xml)], path => VocReader.ReadObjects(path, Blank), ".xml", rounds: 200);
        ReaderFuzz.Run(["one 1\ntwo\n"u8.ToArray()], path => VocReader.ReadNames(path, _ => false), ".txt", rounds: 100);
        ReaderFuzz.Run(["0 0.225 0.32 0.25 0.4\n3 0.5 0.5 0.1 0.1\n"u8.ToArray()], path => YoloReader.ReadLabels(path, Blank, 0), ".txt", rounds: 200);
        ReaderFuzz.Run(["path: .\ntrain: [a, b]\nnames: {0: face, 1: &x dog}\n"u8.ToArray()], ReadConfig, ".yaml", rounds: 400);
        ReaderFuzz.Run(["{\"images\": [{\"id\": 1, \"file_name\": \"a.png\"}], \"categories\": [{\"id\": 1, \"name\": \"face\"}], \"annotations\": [{\"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 2, 3, 4]}]}"u8.ToArray()], path => CocoAnnotations.Read(path).FaceCategory(path), ".json", rounds: 400);

        static void ReadConfig(string path)
        {
            var config = YoloConfig.Read(path);
            _ = config.ImageFolder(DatasetSplit.Train);
            _ = config.FaceClass();
        }
    }

    private static ListedImage Blank => new("1.png", "1", []);

    private void WriteYolo(string images, string labels, int face = 0)
    {
        WriteImage(images + "/1.png");
        _folder.Write(labels + "/1.txt", $"{face} 0.225 0.32 0.25 0.4\n");
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
        var (path, written) = (_folder.PathOf(name), _folder.PathOf(name) + ".png");
        ImageFile.Write(written, new RgbImage(40, 50));
        File.Move(written, path, overwrite: true);
    }
}
