using Secateur.TestSupport;
using Secateur.WiderFace.Evaluation;
using Xunit;
using static Secateur.TestSupport.MatFileWriter;

namespace Secateur.WiderFace.Tests.Evaluation;

public sealed class WiderGroundTruthTests : IDisposable
{
    private static readonly string[] Files = ["wider_face_val.mat", "wider_easy_val.mat", "wider_medium_val.mat", "wider_hard_val.mat"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("ground_truth")]
    [InlineData("eval_tools/ground_truth")]
    [InlineData("wider_face_split")]
    public void Faces_and_their_settings_are_read(string place)
    {
        WriteAll(place);
        var truth = WiderGroundTruth.Load(_folder.Root);
        Assert.Equal(["0--Parade/p1.jpg", "0--Parade/p2.jpg", "1--Handshaking/h1.jpg"], truth.Images.Select(image => image.Name.ToString()));
        Assert.Equal(
            [
                new WiderGroundTruthFace(1, 2, 3, 4, WiderSettings.All),
                new WiderGroundTruthFace(500, 600, 70, 80, WiderSettings.Medium | WiderSettings.Hard),
                new WiderGroundTruthFace(9, 10, 11, 12.5, WiderSettings.None),
            ],
            truth.Find(Samples.Name("0--Parade/p1.jpg"))!.Faces.AsEnumerable());
        Assert.Empty(truth.Images[1].Faces);
        Assert.Equal((1, 2, 3), (truth.FaceCount(WiderSettings.Easy), truth.FaceCount(WiderSettings.Medium), truth.FaceCount(WiderSettings.Hard)));
        Assert.Null(truth.Find(Samples.Name("0--Parade/p3.jpg")));
    }

    [Fact]
    public void A_missing_file_is_told()
    {
        WriteAll("ground_truth");
        File.Delete(_folder.PathOf("ground_truth", Files[3]));
        Assert.Contains(Files[3], Assert.Throws<FileNotFoundException>(() => WiderGroundTruth.Load(_folder.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_do_not_belong_together_are_turned_down()
    {
        RejectsSetting(Setting(Cell(Index(1), Index())), "expected a cell array 'gt_list'", name: "other");
        RejectsSetting(Setting(Cell(Index(1), Index())), "gt_list has 2 images, expected the 3 of");
        RejectsSetting(Setting(Cell(Index(4), Index()), Cell(Index(1))), "face 4 of 0--Parade/p1.jpg, expected 1 to 3");
        RejectsSetting(Setting(Cell(Index(0), Index()), Cell(Index(1))), "face 0 of");
        RejectsSetting(Setting(Cell(Index(1.5), Index()), Cell(Index(1))), "face 1.5 of");
        RejectsSetting(Setting(Cell(Index(double.NaN), Index()), Cell(Index(1))), "face NaN of");
        RejectsSetting(Setting(Cell(Index(1), Text("x")), Cell(Index(1))), "not an array of numbers");
        RejectsSetting(Setting(Index(1), Index(1)), "another class than expected (MatCell)");
    }

    [Fact]
    public void Faces_that_make_no_sense_are_turned_down()
    {
        RejectsFaces("file_list has 1 cells, expected 2", ["a", "b"], [["1"]], [[Boxes(0)], [Boxes(0)]]);
        RejectsFaces("face_bbx_list{1} has 2 cells, expected 1", ["a"], [["1"]], [[Boxes(0), Boxes(0)]]);
        RejectsFaces("not a plain file name", [".."], [["1"]], [[Boxes(0)]]);
        RejectsFaces("not a plain file name", ["a"], [["../1"]], [[Boxes(0)]]);
        RejectsFaces("have 3 columns", ["a"], [["1"]], [[Numbers(1, 3, 1, 2, 3)]]);
        RejectsFaces("a/1.jpg occurs twice", ["a"], [["1", "1"]], [[Boxes(0), Boxes(0)]], [Setting(Cell(Index(), Index()))]);
        RejectsFaces("another class", ["a"], [["1"]], [[Text("x")]]);
    }

    [Fact]
    public void Mutants_are_read_or_turned_down()
    {
        WriteAll("");
        var paths = Files.Select(file => _folder.PathOf(file)).ToArray();
        ReaderFuzz.Run([FaceFile(compress: false)], path => WiderGroundTruthReader.Read(path, paths[1], paths[2], paths[3]), ".mat");
        ReaderFuzz.Run([EasyFile(compress: false)], path => WiderGroundTruthReader.Read(paths[0], path, paths[2], paths[3]), ".mat");
    }

    private static byte[] FaceFile(bool compress = true) => FaceFile(
        ["0--Parade", "1--Handshaking"],
        [["p1", "p2"], ["h1"]],
        [[Numbers(3, 4, 1, 500, 9, 2, 600, 10, 3, 70, 11, 4, 80, 12.5), Boxes(0)], [Boxes(1)]],
        compress);

    private static byte[] FaceFile(string[] events, string[][] names, Func<string, byte[]>[][] boxes, bool compress = true) => new MatFileWriter()
        .Add(Cell([.. events.Select(Text)]), "event_list", compress)
        .Add(Cell([.. names.Select(list => Cell([.. list.Select(Text)]))]), "file_list", compress)
        .Add(Cell([.. boxes.Select(list => Cell(list))]), "face_bbx_list", compress)
        .ToArray();

    private static byte[] EasyFile(bool compress = true) => SettingFile(Setting(Cell(Index(1), Index()), Cell(Index())), "gt_list", compress);

    private static byte[] SettingFile(Func<string, byte[]> list, string name = "gt_list", bool compress = true) =>
        new MatFileWriter().Add(list, name, compress).ToArray();

    private static Func<string, byte[]> Setting(params Func<string, byte[]>[] events) => Cell(events);

    private static Func<string, byte[]> Index(params double[] faces) => Numbers(faces.Length, 1, faces);

    private static Func<string, byte[]> Boxes(int faces) => Numbers(faces, 4, [.. Enumerable.Repeat(5.0, 4 * faces)]);

    private void WriteAll(string place)
    {
        byte[][] contents =
        [
            FaceFile(),
            EasyFile(),
            SettingFile(Setting(Cell(Index(1, 2), Index()), Cell(Index()))),
            SettingFile(Setting(Cell(Index(2, 1), Index()), Cell(Index(1)))),
        ];
        foreach (var (file, content) in Files.Zip(contents)) _folder.Write(Path.Combine(place, file), content);
    }

    private void RejectsSetting(Func<string, byte[]> list, string expected, string name = "gt_list")
    {
        WriteAll("");
        _folder.Write(Files[2], SettingFile(list, name));
        Rejects(expected);
    }

    private void RejectsFaces(
        string expected, string[] events, string[][] names, Func<string, byte[]>[][] boxes, Func<string, byte[]>[]? settings = null)
    {
        WriteAll("");
        _folder.Write(Files[0], FaceFile(events, names, boxes));
        foreach (var file in settings is null ? [] : Files[1..]) _folder.Write(file, SettingFile(settings![0]));
        Rejects(expected);
    }

    private void Rejects(string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidFileException>(() => WiderGroundTruth.Load(_folder.Root)).Problem, StringComparison.Ordinal);
}
