using System.Text.Json;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

public sealed class EvaluateCommandTests : CliTest
{
    private static readonly DateTime Old = new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly string _spot;
    private readonly string _wider;

    public EvaluateCommandTests()
    {
        _spot = BrightSpotDetector.Write("spot.safetensors");
        _wider = SmallWider.Write("wider");
    }

    [Fact]
    public void A_model_is_evaluated_on_the_images_that_are_there()
    {
        var run = ConsoleRun.Of("evaluate", "--model", _spot, "--data", _wider, "--json", "--threads", "2");
        Assert.Equal(0, run.Code);
        Assert.Contains("1 of 4 listed images are absent", Assert.Single(run.Errors), StringComparison.Ordinal);
        using var document = JsonDocument.Parse(run.Out);
        var json = document.RootElement;
        HasKeys(json, "easy", "medium", "hard", "images", "protocol");
        Assert.Equal((1.0, 1.0, 1.0), (json.GetProperty("easy").GetDouble(), json.GetProperty("medium").GetDouble(), json.GetProperty("hard").GetDouble()));
        Assert.Equal((3, 4, "single"), (json.GetProperty("images").GetInt32(), json.GetProperty("listedImages").GetInt32(), json.GetProperty("protocol").GetString()));
        Assert.Equal((1, 1, 2), (Faces("easy"), Faces("medium"), Faces("hard")));
        Assert.Equal("0--Parade/p1.jpg\n1\n2.0 6.0 17.0 17.0 1.000\n", File.ReadAllText("runs/evaluate/spot-single/0--Parade/p1.txt"));
        Assert.Equal("0--Parade/p2.jpg\n0\n", File.ReadAllText("runs/evaluate/spot-single/0--Parade/p2.txt"));

        int Faces(string setting) => json.GetProperty("faces").GetProperty(setting).GetInt32();
    }

    [Fact]
    public void Another_model_is_measured_beside()
    {
        BrightSpotDetector.Write("late.safetensors");
        string[] call = ["evaluate", "--model", _spot, "--beside", "late.safetensors", "--out", "found"];
        using var document = JsonDocument.Parse(ConsoleRun.Of([.. call, "--data", _wider, "--json"]).Out);
        var beside = document.RootElement.GetProperty("beside");
        Assert.Equal(("late.safetensors", 1.0), (beside.GetProperty("model").GetString(), beside.GetProperty("hard").GetDouble()));
        Assert.Equal(File.ReadAllText("found/0--Parade/p1.txt"), File.ReadAllText("found-beside/0--Parade/p1.txt"));
        Assert.Contains("hard     1.0000                  1.0000      0.0000      2", ConsoleRun.Of([.. call, "--data", _wider, "--resume"]).Out, StringComparison.Ordinal);

        WriteLabelled("yolo");
        Assert.Contains("0.5 to 0.95  0.8000                  0.8000      0.0000", ConsoleRun.Of([.. call[..^2], "--data", "set"]).Out, StringComparison.Ordinal);
        FailsAndWritesNothing(["evaluate", "--predictions", "found", "--data", _wider, "--beside", _spot], "--beside means nothing to --predictions");
    }

    [Fact]
    public void The_multi_scale_test_is_the_other_protocol()
    {
        var run = ConsoleRun.Of("evaluate", "--model", _spot, "--data", _wider, "--protocol", "multi-scale", "--json", "--out", "found");
        Assert.Equal(0, run.Code);
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal("multi-scale", document.RootElement.GetProperty("protocol").GetString());
        Assert.InRange(document.RootElement.GetProperty("easy").GetDouble(), 0, 1);
        Assert.True(document.RootElement.GetProperty("predictions").GetInt32() > 0);
        Assert.All(SmallWider.Images, image => Assert.True(File.Exists($"found/{image}.txt"), image));
    }

    [Fact]
    public void Written_predictions_are_evaluated_without_a_model()
    {
        ConsoleRun.Of("evaluate", "--model", _spot, "--data", _wider, "--out", "found");
        var json = ConsoleRunWithRemark("evaluate", "--predictions", "found", "--ground-truth", Path.Combine(_wider, "ground_truth"), "--partial");
        Assert.Equal((1.0, 3, "predictions"), (json.GetProperty("hard").GetDouble(), json.GetProperty("images").GetInt32(), json.GetProperty("protocol").GetString()));

        // Half of the hard faces: the other image has a prediction elsewhere, with a better score.
        File.WriteAllText("found/1--Handshaking/h1.txt", "1--Handshaking/h1.jpg\n1\n40 30 10 10 1.500\n");
        json = ConsoleRunWithRemark("evaluate", "--predictions", "found", "--data", _wider, "--partial");
        Assert.Equal(0.25, json.GetProperty("hard").GetDouble(), 1e-9);
        Assert.Contains("not comparable with published figures", ConsoleRun.Of("evaluate", "--predictions", "found", "--data", _wider, "--partial").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_without_predictions_and_predictions_without_image_are_told_and_count()
    {
        ConsoleRun.Of("evaluate", "--model", _spot, "--data", _wider, "--out", "found");
        Directory.Move("found/1--Handshaking", "found/1--HANDSHAKING");
        File.WriteAllText("found/0--Parade/p9.txt", "0--Parade/p9.jpg\n0\n");
        var run = ConsoleRun.Of("evaluate", "--predictions", "found", "--data", _wider, "--json");
        Assert.Equal(0, run.Code);
        Assert.Equal(
            ["1 files are for no image of the ground truth and count for nothing, such as " + Path.Combine("0--Parade", "p9.txt"), "1 of 4 images have no file, such as 1--Handshaking/h2.jpg: nothing counts as found there (--partial leaves them out)"],
            run.Errors);
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal((2 / 3.0, 4, 3), (document.RootElement.GetProperty("hard").GetDouble(), document.RootElement.GetProperty("images").GetInt32(), document.RootElement.GetProperty("faces").GetProperty("hard").GetInt32()));
    }

    [Fact]
    public void Images_and_the_four_mat_files_are_enough()
    {
        Directory.Delete("wider/wider_face_split", recursive: true);
        Directory.Move("wider/WIDER_val/images", "wider/images");
        Directory.Delete("wider/WIDER_val");
        var run = ConsoleRun.Of("evaluate", "--model", _spot, "--data", _wider, "--json");
        Assert.Equal(0, run.Code);
        using var document = JsonDocument.Parse(run.Out);
        Assert.Equal((1.0, 3), (document.RootElement.GetProperty("hard").GetDouble(), document.RootElement.GetProperty("images").GetInt32()));
    }

    [Theory]
    [InlineData("yolo")]
    [InlineData("coco")]
    [InlineData("voc")]
    [InlineData("label.txt")]
    public void Other_data_sets_are_measured_at_several_overlaps(string layout)
    {
        // The detector's box is (2, 6) to (18, 22); the labels are 2 pixels wider: IoU 0.889.
        WriteLabelled(layout);
        var run = ConsoleRun.Of("evaluate", "--model", _spot, "--data", "set", "--json", "--plot", "curve.svg");
        Assert.Equal(0, run.Code);
        using var document = JsonDocument.Parse(run.Out);
        var json = document.RootElement;
        Assert.Equal((1.0, 0.8, 1, 1), (json.GetProperty("ap50").GetDouble(), Math.Round(json.GetProperty("ap").GetDouble(), 9), json.GetProperty("faces").GetInt32(), json.GetProperty("predictions").GetInt32()));
        Assert.Contains("AP 1.0000", File.ReadAllText("curve.svg"), StringComparison.Ordinal);
        Assert.Contains("0.5 to 0.95  0.8000", ConsoleRun.Of("evaluate", "--model", _spot, "--data", "set").Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_mean_nothing_are_refused()
    {
        WriteLabelled("yolo");
        FailsAndWritesNothing(["evaluate", "--model", _spot, "--data", _wider, "--split", "train"], "--split train is for sets with labels");
        FailsAndWritesNothing(["evaluate", "--model", _spot, "--data", "set", "--resume"], "--resume is for WIDER FACE");
        FailsAndWritesNothing(["evaluate", "--predictions", "x", "--data", _wider, "--protocol", "multi-scale"], "--protocol means nothing to --predictions");
        File.WriteAllText("mine.svg", "mine");
        FailsAndWritesNothing(["evaluate", "--model", _spot, "--data", _wider, "--plot", "mine.svg"], "mine.svg: exists already", "--force");
    }

    [Fact]
    public void Precision_over_recall_is_drawn()
    {
        Assert.Equal(0, ConsoleRun.Of("evaluate", "--model", _spot, "--data", _wider, "--plot", "curves.svg").Code);
        var svg = File.ReadAllText("curves.svg");
        Assert.All(["easy: AP 1.0000", "medium: AP 1.0000", "hard: AP 1.0000", "recall", "precision"], part => Assert.Contains(part, svg, StringComparison.Ordinal));
        FailsAndWritesNothing(["evaluate", "--model", _spot, "--data", _wider, "--plot", "nowhere/curves.svg"], "there is no folder");
    }

    private static void WriteLabelled(string layout)
    {
        const string box = "2 6 18 16";
        switch (layout)
        {
            case "yolo":
                WriteSpot("set/valid/images/a.png");
                Directory.CreateDirectory("set/valid/labels");
                File.WriteAllText("set/valid/labels/a.txt", FormattableString.Invariant($"0 {11 / 64.0} {14 / 48.0} {18 / 64.0} {16 / 48.0}\n"));
                break;
            case "coco":
                WriteSpot("set/images/a.png");
                Directory.CreateDirectory("set/annotations");
                File.WriteAllText(
                    "set/annotations/val.json",
                    $"{{\"images\": [{{\"id\": 1, \"file_name\": \"a.png\"}}], \"categories\": [{{\"id\": 1, \"name\": \"face\"}}], \"annotations\": [{{\"image_id\": 1, \"category_id\": 1, \"bbox\": [{box.Replace(' ', ',')}]}}]}}");
                break;
            case "voc":
                WriteSpot("set/JPEGImages/a.png");
                foreach (var folder in new[] { "set/Annotations", "set/ImageSets/Main" }) Directory.CreateDirectory(folder);
                File.WriteAllText("set/Annotations/a.xml", "<annotation><object><name>face</name><bndbox><xmin>3</xmin><ymin>7</ymin><xmax>20</xmax><ymax>22</ymax></bndbox></object></annotation>");
                File.WriteAllText("set/ImageSets/Main/val.txt", "a\n");
                break;
            default:
                WriteSpot("set/images/a.png");
                File.WriteAllText("set/label.txt", $"# a.png\n{box}\n");
                break;
        }
    }

    private static JsonElement ConsoleRunWithRemark(params string[] args)
    {
        var run = ConsoleRun.Of([.. args, "--json"]);
        Assert.Equal((0, 1), (run.Code, run.Errors.Length));
        using var document = JsonDocument.Parse(run.Out);
        return document.RootElement.Clone();
    }

    [Fact]
    public void Resuming_keeps_what_is_written_and_starting_anew_does_not()
    {
        string[] call = ["evaluate", "--model", _spot, "--data", _wider, "--out", "found", "--json"];
        var first = ConsoleRun.Of(call);
        foreach (var image in SmallWider.Images) File.SetLastWriteTimeUtc($"found/{image}.txt", Old);
        File.Delete("found/0--Parade/p1.txt");
        Assert.Equal(first.Out, ConsoleRun.Of([.. call, "--resume"]).Out);
        Assert.NotEqual(Old, File.GetLastWriteTimeUtc("found/0--Parade/p1.txt"));
        Assert.Equal(Old, File.GetLastWriteTimeUtc("found/0--Parade/p2.txt"));
        Assert.Equal(Old, File.GetLastWriteTimeUtc("found/1--Handshaking/h1.txt"));
        Assert.Equal(first.Out, ConsoleRun.Of(call).Out);
        Assert.NotEqual(Old, File.GetLastWriteTimeUtc("found/0--Parade/p2.txt"));
    }

    [Fact]
    public void Predictions_of_another_model_or_protocol_are_not_resumed()
    {
        ConsoleRun.Of("evaluate", "--model", _spot, "--data", _wider, "--out", "found");
        BrightSpotDetector.Write("other.safetensors", aspect: 1.25);
        foreach (var other in new[] { new[] { "--model", "other.safetensors" }, ["--model", _spot, "--protocol", "multi-scale"] })
        {
            var run = ConsoleRun.Of(["evaluate", .. other, "--data", _wider, "--out", "found", "--resume"]);
            Assert.Equal((1, ""), (run.Code, run.Out));
            Assert.Contains("found: cannot resume", run.Errors[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_named_and_the_others_are_done()
    {
        File.WriteAllText("wider/WIDER_val/images/0--Parade/p2.jpg", "garbage");
        var run = ConsoleRun.Of("evaluate", "--model", _spot, "--data", _wider, "--out", "found", "--json");
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Contains("p2.jpg", run.Errors[^1], StringComparison.Ordinal);
        Assert.True(File.Exists("found/0--Parade/p1.txt") && File.Exists("found/1--Handshaking/h1.txt"));
        Assert.False(File.Exists("found/0--Parade/p2.txt"));
    }

    [Fact]
    public void Data_that_is_missing_or_damaged_is_named()
    {
        FailsAndWritesNothing(["evaluate", "--predictions", "nowhere", "--ground-truth", _wider], "nowhere", "no such folder");
        Directory.CreateDirectory("empty");
        FailsAndWritesNothing(["evaluate", "--predictions", "empty", "--ground-truth", _wider], "empty", "no predictions");
        FailsAndWritesNothing(["evaluate", "--predictions", "empty", "--ground-truth", "empty"], "empty", "no ground truth");
        FailsAndWritesNothing(["evaluate", "--model", "missing.safetensors", "--ground-truth", Path.Combine(_wider, "ground_truth"), "--data", "empty"], "empty", "none of the 4 validation images");

        Directory.CreateDirectory("found/0--Parade");
        File.WriteAllText("found/0--Parade/p1.txt", "x\n3\n1 2 3 4 0.5\n");
        FailsAndWritesNothing(["evaluate", "--predictions", "found", "--ground-truth", _wider], "p1.txt", "3 detections");

        File.WriteAllBytes("wider/ground_truth/wider_easy_val.mat", File.ReadAllBytes("wider/ground_truth/wider_easy_val.mat")[..140]);
        FailsAndWritesNothing(["evaluate", "--model", _spot, "--data", _wider], "wider_easy_val.mat");
        File.Delete("wider/ground_truth/wider_easy_val.mat");
        FailsAndWritesNothing(["evaluate", "--model", _spot, "--data", _wider], "wider", "no ground truth");
    }

    [Fact]
    public void Images_that_the_ground_truth_does_not_have_are_told()
    {
        SmallWider.WriteGroundTruth("other", hard: "someone");
        var run = ConsoleRun.Of("evaluate", "--model", _spot, "--data", _wider, "--ground-truth", "other");
        Assert.Equal(0, run.Code);
        Assert.Contains("1 files are no image of the ground truth and left out, such as " + Path.Combine("WIDER_val", "images", "1--Handshaking", "h1.jpg"), run.Errors[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Without_any_listed_image_nothing_is_evaluated()
    {
        Directory.Delete("wider/WIDER_val", recursive: true);
        FailsAndWritesNothing(["evaluate", "--model", _spot, "--data", _wider], "wider", "none of the 4 validation images");
    }
}
