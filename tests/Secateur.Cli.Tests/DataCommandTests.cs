using Secateur.Imaging;
using Xunit;

namespace Secateur.Cli.Tests;

public sealed class DataCommandTests : CliTest
{
    [Fact]
    public void Samples_are_drawn_with_a_sheet_and_the_lint_report()
    {
        SmallWider.Write("wider");
        string[] call = ["data", "preview", "--data", "wider", "--split", "val", "--count", "5", "--imgsz", "64", "--seed", "2"];
        var text = ConsoleRun.Text([.. call, "--out", "seen"]);
        Assert.Contains("WIDER FACE, validation: 3 images, 2 faces", text, StringComparison.Ordinal);
        Assert.Contains("missing images, left out: 1", text, StringComparison.Ordinal);
        Assert.Contains("1--Handshaking/h2.jpg", text, StringComparison.Ordinal);

        var json = ConsoleRun.Json([.. call, "--out", "again"]);
        Assert.Equal(5, json.GetProperty("samples").GetArrayLength());
        Assert.Equal(4, json.GetProperty("listed").GetProperty("images").GetInt32());
        Assert.All(json.GetProperty("samples").EnumerateArray(), sample => Assert.NotEqual(0, sample.GetProperty("faces").GetArrayLength()));
        Assert.All(["000.jpg", "004.jpg", "sheet.jpg"], name => Assert.Equal(File.ReadAllBytes(Path.Combine("seen", name)), File.ReadAllBytes(Path.Combine("again", name))));
        Assert.Equal((192, 128), ImageFile.ReadSize(Path.Combine("seen", "sheet.jpg")));
    }

    [Fact]
    public void Folders_that_hold_no_data_are_told()
    {
        Directory.CreateDirectory("empty");
        FailsAndWritesNothing(["data", "preview", "--data", "empty", "--out", "seen"], "empty", "no data set of a known layout", "WIDER FACE", "YOLO");
        FailsAndWritesNothing(["data", "preview", "--data", "nowhere", "--out", "seen"], "nowhere", "no such folder");
        SmallWider.Write("wider");
        FailsAndWritesNothing(["data", "preview", "--data", "wider", "--out", "seen"], "wider_face_train_bbx_gt.txt");
        FailsAndWritesNothing(["data", "preview", "--data", "wider", "--split", "val", "--strict", "--out", "seen"], "h2.jpg", "is missing");
        FailsAndWritesNothing(["data", "preview", "--data", "wider", "--imgsz", "8", "--out", "seen"], "--imgsz is '8'");
    }

    [Fact]
    public void A_preview_does_not_replace_pictures_of_the_data_set_through_a_link_either()
    {
        foreach (var name in new[] { "set/images/000.jpg", "set/images/a.jpg" }) WriteScene(name);
        File.WriteAllText("set/label.txt", "# 000.jpg\n1 2 30 30\n# a.jpg\n1 2 30 30\n");
        Directory.CreateSymbolicLink("link", Path.GetFullPath("set/images"));
        foreach (var folder in new[] { "set/images", "link" }) FailsAndWritesNothing(["data", "preview", "--data", "set", "--count", "2", "--out", folder], "exists already", "000.jpg");
    }

    [Fact]
    public void A_preview_does_not_replace_pictures_of_another_split_nor_any_other()
    {
        foreach (var name in new[] { "set/images/train/a.jpg", "set/images/val/001.jpg", "photos/sheet.jpg" }) WriteScene(name);
        foreach (var split in new[] { "train", "val" }) Directory.CreateDirectory("set/labels/" + split);
        File.WriteAllText("set/labels/train/a.txt", "0 0.5 0.5 0.4 0.4\n");
        string[] call = ["data", "preview", "--data", "set", "--count", "2", "--out"];
        FailsAndWritesNothing([.. call, "set/images/val"], "set/images/val/001.jpg: exists already");
        FailsAndWritesNothing([.. call, "photos"], "photos/sheet.jpg: exists already");
        for (var i = 0; i < 2; i++) ConsoleRun.Text([.. call, "seen"]);
    }

    [Fact]
    public void Odd_labels_are_findings_and_not_the_end()
    {
        WriteScene("set/images/a.jpg");
        Directory.CreateDirectory("set/labels");
        File.WriteAllText("set/labels/a.txt", "0 0.5 0.5 0.4 0.4\n0 0.5 0.5 0.4 0.4\nnonsense\n");
        var text = ConsoleRun.Text("data", "preview", "--data", "set", "--count", "1", "--out", "seen");
        Assert.Contains("YOLO, train: 1 images, 1 faces", text, StringComparison.Ordinal);
        Assert.Contains("unreadable labels, left out: 1", text, StringComparison.Ordinal);
        Assert.Contains("faces labelled twice, counted once: 1", text, StringComparison.Ordinal);
    }
}
