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
        var json = ConsoleRun.Json("evaluate", "--predictions", "found", "--ground-truth", Path.Combine(_wider, "ground_truth"));
        Assert.Equal((1.0, 3, "predictions"), (json.GetProperty("hard").GetDouble(), json.GetProperty("images").GetInt32(), json.GetProperty("protocol").GetString()));

        // Half of the hard faces: the other image has a prediction elsewhere, with a better score.
        File.WriteAllText("found/1--Handshaking/h1.txt", "1--Handshaking/h1.jpg\n1\n40 30 10 10 1.500\n");
        json = ConsoleRun.Json("evaluate", "--predictions", "found", "--data", _wider);
        Assert.Equal(0.25, json.GetProperty("hard").GetDouble(), 1e-9);
        Assert.Contains("not comparable with published figures", ConsoleRun.Text("evaluate", "--predictions", "found", "--data", _wider), StringComparison.Ordinal);
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
        FailsAndWritesNothing(["evaluate", "--model", "missing.safetensors", "--ground-truth", Path.Combine(_wider, "ground_truth"), "--data", "empty"], "empty", "no WIDER FACE data set");

        Directory.CreateDirectory("found/0--Parade");
        File.WriteAllText("found/0--Parade/p1.txt", "x\n3\n1 2 3 4 0.5\n");
        FailsAndWritesNothing(["evaluate", "--predictions", "found", "--ground-truth", _wider], "p1.txt", "3 detections");

        File.WriteAllBytes("wider/ground_truth/wider_easy_val.mat", File.ReadAllBytes("wider/ground_truth/wider_easy_val.mat")[..140]);
        FailsAndWritesNothing(["evaluate", "--model", _spot, "--data", _wider], "wider_easy_val.mat");
        File.Delete("wider/ground_truth/wider_easy_val.mat");
        FailsAndWritesNothing(["evaluate", "--model", _spot, "--data", _wider], "wider", "no ground truth");
    }

    [Fact]
    public void A_ground_truth_of_other_images_is_noticed_before_any_work()
    {
        SmallWider.WriteGroundTruth("other", hard: "someone");
        var run = ConsoleRun.Of("evaluate", "--model", _spot, "--data", _wider, "--ground-truth", "other");
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Contains("1--Handshaking/h1.jpg of wider is no image of the ground truth", run.Errors[^1], StringComparison.Ordinal);
        Assert.False(Directory.Exists("runs"));
    }

    [Fact]
    public void Without_any_listed_image_nothing_is_evaluated()
    {
        Directory.Delete("wider/WIDER_val", recursive: true);
        FailsAndWritesNothing(["evaluate", "--model", _spot, "--data", _wider], "wider", "none of the 4 listed validation images");
    }
}
