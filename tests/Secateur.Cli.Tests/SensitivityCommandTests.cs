using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

public sealed class SensitivityCommandTests : CliTest
{
    public SensitivityCommandTests() => SpotDataset.Write("data");

    [Fact]
    public void Layers_are_pruned_one_at_a_time_and_shown_in_every_form()
    {
        var tiny = TinyDetector.Write("tiny.safetensors");
        var text = ConsoleRun.Text("sensitivity", tiny, "--data", "data", "--group-by", "layer", "--rates", "0.5,0.25", "--imgsz", "64", "--csv", "s.csv", "--plot", "s.svg");
        Assert.Matches(@"group\s+filters\s+0\.25\s+0\.5", text);
        Assert.Matches(@"base\.1\.0\s+8\s+\d+\.\d+\s+\d+\.\d+", text);
        Assert.Contains("3 images", text, StringComparison.Ordinal);
        Assert.Equal(2 + 4, File.ReadAllLines("s.csv").Length);
        Assert.StartsWith("<svg", File.ReadAllText("s.svg"), StringComparison.Ordinal);
        var json = ConsoleRun.Json("sensitivity", tiny, "--data", "data", "--group", "both=base.*", "--rates", "0.5", "--metric", "ap", "--images", "2");
        HasKeys(json, "metric", "criterion", "images", "split", "whole", "points");
        Assert.Equal((2, 8, 16), (json.GetProperty("images").GetInt32(), json.GetProperty("points")[0].GetProperty("pruned").GetInt32(), json.GetProperty("points")[0].GetProperty("filters").GetInt32()));
        FailsAndWritesNothing(["sensitivity", tiny, "--data", "data", "--csv", "s.csv"], "s.csv: exists already");
    }

    [Fact]
    public void The_groups_of_a_known_network_need_not_be_named()
    {
        var json = ConsoleRun.Json("sensitivity", WriteEResFd(), "--data", "data", "--rates", "0.5", "--imgsz", "64", "--images", "1");
        Assert.Equal(["stem", "c1", "c2-c3", "c4-c5", "fpn", "context"], json.GetProperty("points").EnumerateArray().Select(p => p.GetProperty("group").GetString()));
    }
}
