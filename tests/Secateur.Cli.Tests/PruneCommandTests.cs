using System.Text.Json;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary><c>prune</c> with masks, multiples and targets, and its search for rates.</summary>
public sealed class PruneCommandTests : CliTest
{
    private static readonly string[] Quick = ["--data", "data", "--imgsz", "64", "--batch", "2", "--threads", "1", "--val-every", "0", "--json"];

    [Fact]
    public void A_saved_mask_prunes_the_same_filters_again()
    {
        var first = ConsoleRun.Json("prune", WriteEResFd(), "--rate", "0.3", "--save-mask", "k.json", "--out", "a.safetensors");
        Assert.Equal("k.json", first.GetProperty("savedMask").GetString());
        var again = ConsoleRun.Json("prune", "m.safetensors", "--mask", "k.json", "--out", "b.safetensors");
        Assert.Equal(JsonValueKind.Null, again.GetProperty("criterion").ValueKind);
        Assert.Equal("k.json", again.GetProperty("mask").GetString());
        Assert.Equal(first.GetProperty("layers").GetRawText(), again.GetProperty("layers").GetRawText());
        var (a, b) = (ModelFile.Read("a.safetensors"), ModelFile.Read("b.safetensors"));
        Assert.All(a.Weights, w => Assert.Equal(w.Value.Data, b.Weights[w.Key].Data));
        Assert.Equal("pruned in one shot: the mask k.json", b.Info.Provenance[^1]);
        FailsAndWritesNothing(["prune", "m.safetensors", "--rate", "0.3", "--out", "c.safetensors", "--save-mask", "k.json"], "k.json: exists already");
    }

    [Fact]
    public void A_file_that_is_no_mask_is_refused()
    {
        FailsAndWritesNothing(["prune", WriteEResFd(), "--mask", "m.safetensors", "--out", "p.safetensors"], "m.safetensors: is no mask file", "--save-mask", "import --mask");
        FailsAndWritesNothing(["prune", "m.safetensors", "--mask", "nowhere.json"], "nowhere.json");
    }

    [Fact]
    public void A_mask_is_frozen_from_the_beginning_of_a_run()
    {
        SpotDataset.Write("data");
        TinyDetector.Write("tiny.safetensors");
        ConsoleRun.Text("prune", "tiny.safetensors", "--rate", "0.5", "--criterion", "l1", "--save-mask", "k.json", "--out", "a.safetensors");
        var run = ConsoleRun.Of(["prune", "tiny.safetensors", "--mask", "k.json", .. Quick, "--finetune-epochs", "2", "--save-mask", "end.json"]);
        Assert.True(run.Code == 0, run.Error);
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal(2, json.RootElement.GetProperty("epochs").GetInt32());
        Assert.Equal(Path.Combine("runs", "prune", "tiny-k-1"), json.RootElement.GetProperty("run").GetString());
        Assert.Contains("Fine-tuning with the mask k.json: 2 epochs", run.Error, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText("k.json"), File.ReadAllText("end.json"));
        var (before, after) = (ModelFile.Read("a.safetensors"), ModelFile.Read(json.RootElement.GetProperty("masked").GetString()!));
        Assert.NotEqual(before.Weights["base.1.0.weight"].Data, after.Weights["base.1.0.weight"].Data);
        Assert.Equal(FilterMask.FromZeros(before).Pruned["base.1.0"].AsEnumerable(), FilterMask.FromZeros(after).Pruned["base.1.0"]);
    }

    [Theory]
    [InlineData("parameters=0.5")]
    [InlineData("macs=0.4@96x128")]
    [InlineData("latency=10000ms@96x128")]
    public void A_target_is_met_and_told(string target)
    {
        var json = ConsoleRun.Json("prune", WriteEResFd(), "--target", target, "--out", "p.safetensors");
        var reached = json.GetProperty("target");
        Assert.Equal(target, reached.GetProperty("asked").GetString());
        Assert.True(reached.GetProperty("isReached").GetBoolean());
        Assert.True(reached.GetProperty("reached").GetDouble() <= reached.GetProperty("limit").GetDouble());
        var isTimed = target.StartsWith("latency", StringComparison.Ordinal);
        Assert.Equal(isTimed ? JsonValueKind.Object : JsonValueKind.Null, reached.GetProperty("latency").ValueKind);
        if (isTimed) return;
        ConsoleRun.Text("compact", "p.safetensors", "--out", "small.safetensors");
        var text = ConsoleRun.Text("prune", "m.safetensors", "--target", target, "--out", "q.safetensors");
        Assert.Contains($"compacted: asked for {target}, reached 0.", text, StringComparison.Ordinal);
        if (target.StartsWith("parameters", StringComparison.Ordinal))
            Assert.Equal(ConsoleRun.Json("inspect", "small.safetensors").GetProperty("parameters").GetInt32() / 92_208.0, reached.GetProperty("reached").GetDouble());
    }

    [Fact]
    public void A_run_tells_what_was_asked_for_and_what_was_reached()
    {
        SpotDataset.Write("data");
        var run = ConsoleRun.Of(["prune", TinyDetector.Write("tiny.safetensors"), "--target", "parameters=0.6", "--round-to", "2", .. Quick, "--epochs", "2", "--finetune-epochs", "1"]);
        Assert.True(run.Code == 0, run.Error);
        using var json = JsonDocument.Parse(run.Out);
        var pruning = json.RootElement.GetProperty("pruning");
        Assert.Equal("parameters=0.6", pruning.GetProperty("target").GetProperty("asked").GetString());
        Assert.InRange(pruning.GetProperty("target").GetProperty("reached").GetDouble(), 0.1, 0.6);
        Assert.Equal(0, pruning.GetProperty("zeroFilters").GetInt32() % 2);
        Assert.Contains("the end tells what was reached", run.Error, StringComparison.Ordinal);
        var config = File.ReadAllText(Path.Combine(json.RootElement.GetProperty("run").GetString()!, "config.json"));
        Assert.Contains("\"roundTo\": 2", config, StringComparison.Ordinal);
        Assert.Contains("\"target\": \"parameters=0.6\"", config, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_given_is_not_in_the_configuration()
    {
        SpotDataset.Write("data");
        var run = ConsoleRun.Of(["prune", TinyDetector.Write("tiny.safetensors"), "--rate", "0.5", .. Quick, "--epochs", "1", "--finetune-epochs", "1", "--name", "a"]);
        Assert.True(run.Code == 0, run.Error);
        var config = File.ReadAllText(Path.Combine("runs", "prune", "a", "config.json"));
        Assert.All(new[] { "roundTo", "target", "mask" }, key => Assert.DoesNotContain($"\"{key}\"", config, StringComparison.Ordinal));
    }

    [Fact]
    public void A_search_ends_with_the_run_at_its_rates()
    {
        SpotDataset.Write("data", train: 10);
        string[] search = ["prune", TinyDetector.Write("tiny.safetensors"), "--search", "bayesian", "--target", "parameters=0.6", "--trials", "5", "--group", "first=base.0.*", "--group", "second=base.1.*"];
        var run = ConsoleRun.Of([.. search, .. Quick, "--epochs", "1", "--finetune-epochs", "1", "--save-mask", "k.json"]);
        Assert.True(run.Code == 0, run.Error);
        using var json = JsonDocument.Parse(run.Out);
        var found = json.RootElement.GetProperty("search");
        var folder = found.GetProperty("folder").GetString()!;
        Assert.Equal(Path.Combine("runs", "prune", "tiny-fpgm-parameters-0.6-search-1"), folder);
        Assert.Equal(6, File.ReadAllLines(Path.Combine(folder, "trials.csv")).Length);
        Assert.True(found.GetProperty("size").GetDouble() <= 0.6);
        Assert.Contains("trial 5/5 (model)", run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists("k.json"));
        var config = File.ReadAllText(Path.Combine(folder, "run", "config.json"));
        Assert.All(found.GetProperty("rates").EnumerateObject(), rate => Assert.Contains(rate.Value.GetRawText(), config, StringComparison.Ordinal));

        // Whoever goes on with what is finished gets the same, and a trial alone can be asked for.
        var again = ConsoleRun.Of("prune", "--resume", Path.GetFileName(folder), "--json");
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(run.Out, again.Out);
        var trial = ConsoleRun.Of("prune", "--search-trial", folder, "2", "--json");
        Assert.True(trial.Code == 0, trial.Error);
        Assert.Equal(2, JsonDocument.Parse(trial.Out).RootElement.GetProperty("number").GetInt32());
        Assert.Contains("has no trial 9 yet", ConsoleRun.Of("prune", "--search-trial", folder, "9").Error, StringComparison.Ordinal);
        Assert.DoesNotContain("search-trial", ConsoleRun.Text("prune", "--help"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_search_needs_groups_that_are_known_or_given()
    {
        SpotDataset.Write("data");
        var run = ConsoleRun.Of(["prune", TinyDetector.Write("tiny.safetensors"), "--search", "bayesian", "--target", "parameters=0.6", .. Quick]);
        Assert.Equal(2, run.Code);
        Assert.Contains("no layer groups are known for tiny", run.Error, StringComparison.Ordinal);
        var far = ConsoleRun.Of(["prune", "tiny.safetensors", "--search", "bayesian", "--target", "parameters=0.01", "--group", "a=base.*", .. Quick]);
        Assert.Equal(2, far.Code);
        Assert.Contains("no rate reaches parameters=0.01", far.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists("runs"));
    }
}
