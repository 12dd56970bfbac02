using System.Text.Json;
using Secateur.Models;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary><c>train</c>, and <c>prune</c> over epochs.</summary>
public sealed class TrainCommandTests : CliTest
{
    private static readonly string[] Quick = ["--data", "data", "--imgsz", "64", "--batch", "2", "--threads", "1"];

    public TrainCommandTests() => SpotDataset.Write("data", train: 5, validation: 2);

    [Fact]
    public void Training_tells_what_it_does_and_leaves_a_model_that_runs()
    {
        var run = ConsoleRun.Of(["train", "eresfd", .. Quick, "--epochs", "2", "--val-every", "1"]);
        Assert.True(run.Code == 0, run.Error);
        Assert.All(
            new[] { "WIDER FACE, train: 5 images, 5 faces", "eresfd: Adam, learning rate 0.001, a tenth after steps 4, 4, 4", "2 epochs of 2 steps", "train epoch 1/2: loss", "train epoch 2/2: loss", "validation", "AP 0." },
            part => Assert.Contains(part, run.Error, StringComparison.Ordinal));
        Assert.Contains(Path.Combine("runs", "train", "eresfd-1", "last.safetensors"), run.Out, StringComparison.Ordinal);
        WriteScene("a.png");
        ConsoleRun.Text("detect", "a.png", "--model", Path.Combine("runs", "train", "eresfd-1", "best.safetensors"));
    }

    [Fact]
    public void The_result_is_one_json_document()
    {
        var json = ConsoleRunJson("train", "eresfd", "--epochs", "1", "--name", "a", "--out", "here", "--seed", "4");
        HasKeys(json, "run", "last", "best", "epochs", "metrics");
        Assert.Equal(Path.Combine("here", "a"), json.GetProperty("run").GetString());
        Assert.Equal(1, json.GetProperty("epochs").GetInt32());
        Assert.True(File.Exists(json.GetProperty("last").GetString()));
        Assert.Equal("a", Path.GetFileName(Directory.GetDirectories("here").Single()));
    }

    [Fact]
    public void Training_goes_on_from_given_weights()
    {
        var json = ConsoleRunJson("train", "eresfd", "--from", WriteEResFd(), "--epochs", "1", "--lr", "1e-9", "--val-every", "0");
        var (before, after) = (ModelFile.Read("m.safetensors"), ModelFile.Read(json.GetProperty("last").GetString()!));
        Assert.All(before.Network.Parameters.Where(p => p.IsLearnable), p =>
            Assert.True(before.Weights[p.Name].Data.Zip(after.Weights[p.Name].Data).All(w => Math.Abs(w.First - w.Second) < 1e-6), p.Name));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("best").ValueKind);
    }

    [Fact]
    public void Pruning_over_epochs_gives_a_masked_and_a_compacted_model()
    {
        var json = ConsoleRunJson("prune", TinyDetector.Write("tiny.safetensors"), "--rate", "0.5", "--criterion", "l1", "--epochs", "2", "--finetune-epochs", "2");
        Assert.Equal(Path.Combine("runs", "prune", "tiny-l1-50-1"), json.GetProperty("run").GetString());
        var pruning = json.GetProperty("pruning");
        Assert.Equal(8, pruning.GetProperty("zeroFilters").GetInt32());
        Assert.InRange(pruning.GetProperty("maxRelativeDifference").GetDouble(), 0, 1e-4);
        Assert.True(pruning.GetProperty("compactedMacs").GetInt64() < pruning.GetProperty("macs").GetInt64());
        var zeros = ConsoleRun.Json("inspect", json.GetProperty("masked").GetString()!).GetRawText();
        Assert.Contains("\"zeroFilters\": 8", zeros, StringComparison.Ordinal);
        Assert.True(new FileInfo(json.GetProperty("compacted").GetString()!).Length > 0);
    }

    [Fact]
    public void Taylor_prunes_in_one_shot_by_gradients_on_images()
    {
        var json = ConsoleRunJson("prune", TinyDetector.Write("tiny.safetensors"), "--rate", "0.5", "--criterion", "taylor", "--epochs", "0", "--batches", "2", "--out", "p.safetensors");
        Assert.Equal(("taylor", 2, 8), (json.GetProperty("criterion").GetString(), json.GetProperty("batches").GetInt32(), json.GetProperty("zeroFilters").GetInt32()));
        var pruned = ConsoleRunJson("prune", "tiny.safetensors", "--rate", "0.5", "--criterion", "taylor", "--epochs", "1", "--finetune-epochs", "1").GetProperty("pruning");
        Assert.Equal(("taylor", 8), (pruned.GetProperty("criterion").GetString(), pruned.GetProperty("zeroFilters").GetInt32()));
    }

    [Fact]
    public void Measured_precision_is_that_of_evaluate()
    {
        SmallWider.Write("wider");
        File.Copy(Path.Combine("wider", "wider_face_split", "wider_face_val_bbx_gt.txt"), Path.Combine("wider", "wider_face_split", "wider_face_train_bbx_gt.txt"));
        CopyTree(Path.Combine("wider", "WIDER_val"), Path.Combine("wider", "WIDER_train"));
        var json = ConsoleRunJson("train", "eresfd", "--data", "wider", "--epochs", "1", "--val-every", "1");
        var measured = json.GetProperty("metrics");
        using var evaluation = JsonDocument.Parse(ConsoleRun.Of("evaluate", "--model", json.GetProperty("last").GetString()!, "--data", "wider", "--json").Out);
        var evaluated = evaluation.RootElement;
        foreach (var (key, setting) in new[] { ("apEasy", "easy"), ("apMedium", "medium"), ("apHard", "hard") })
            Assert.Equal(evaluated.GetProperty(setting).GetDouble(), measured.GetProperty(key).GetDouble(), 1e-12);
    }

    [Fact]
    public void A_finished_run_can_be_asked_again_and_another_verb_is_refused()
    {
        var first = ConsoleRunJson("train", "eresfd", "--epochs", "1", "--name", "a");
        var again = ConsoleRun.Of("train", "--resume", "a", "--json");
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(first.GetRawText(), JsonDocument.Parse(again.Out).RootElement.GetRawText());
        Assert.Contains("is a run of secateur train", ConsoleRun.Of("prune", "--resume", Path.Combine("runs", "train", "a")).Error, StringComparison.Ordinal);
        Assert.Contains("exists already", ConsoleRun.Of(["train", "eresfd", .. Quick, "--epochs", "1", "--name", "a"]).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_changed_meanwhile_are_refused()
    {
        ConsoleRunJson("train", "eresfd", "--epochs", "1", "--name", "a");
        SpotDataset.Write("data", train: 6, validation: 2);
        var run = ConsoleRun.Of("train", "--resume", "a");
        Assert.Equal(1, run.Code);
        Assert.Contains("not the data that the run began with", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_work_fails_before_a_folder_is_made()
    {
        var list = Path.Combine("data", "wider_face_split", "wider_face_val_bbx_gt.txt");
        File.WriteAllText(list, "0--Spots/val0.ppm\n0\n0 0 0 0 0 0 0 0 0 0\n");
        Fails("none of the 1 images of its validation split has a face");
        File.WriteAllText(list, "0--Spots/absent.ppm\n0\n0 0 0 0 0 0 0 0 0 0\n");
        Fails("no usable image");
        File.WriteAllText(list, "");
        Fails(list);
        Assert.False(Directory.Exists("runs"));
    }

    [Fact]
    public void Without_a_validation_split_training_goes_on_and_says_so()
    {
        File.Delete(Path.Combine("data", "wider_face_split", "wider_face_val_bbx_gt.txt"));
        var run = ConsoleRun.Of(["train", "eresfd", .. Quick, "--epochs", "1"]);
        Assert.Equal(0, run.Code);
        Assert.Contains("no validation split", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_masked_model_stays_masked_unless_its_filters_are_let_go()
    {
        ConsoleRun.Text("prune", WriteEResFd(), "--rate", "0.5", "--out", "masked.safetensors");
        var zeros = ConsoleRun.Json("inspect", "masked.safetensors").GetProperty("zeroFilters").GetInt32();
        var kept = ConsoleRun.Of(["train", "eresfd", .. Quick, "--epochs", "1", "--from", "masked.safetensors", "--val-every", "0"]);
        Assert.Contains($"masked.safetensors: {zeros} of 848 filters, in {EResFd.Create().PrunableLayers().Count()} layers, are zero; they stay zero (--unfreeze lets them grow back)", kept.Error, StringComparison.Ordinal);
        Assert.Equal(zeros, ZeroFilters("eresfd-1"));
        var free = ConsoleRun.Of(["train", "eresfd", .. Quick, "--epochs", "1", "--from", "masked.safetensors", "--val-every", "0", "--unfreeze"]);
        Assert.Contains("they may grow back", free.Error, StringComparison.Ordinal);
        Assert.True(ZeroFilters("eresfd-2") < zeros);
        Assert.Equal(2, ConsoleRun.Of(["train", "eresfd", .. Quick, "--unfreeze"]).Code);

        static int ZeroFilters(string run) => ConsoleRun.Json("inspect", Path.Combine("runs", "train", run, "last.safetensors")).GetProperty("zeroFilters").GetInt32();
    }

    [Fact]
    public void A_finished_run_is_made_longer()
    {
        ConsoleRunJson("train", "eresfd", "--epochs", "1", "--name", "a", "--val-every", "0");
        var longer = ConsoleRun.Of("train", "--resume", "a", "--epochs", "3", "--json");
        Assert.True(longer.Code == 0, longer.Error);
        Assert.Equal(3, JsonDocument.Parse(longer.Out).RootElement.GetProperty("epochs").GetInt32());
        FailsAndWritesNothing(["train", "--resume", "a", "--epochs", "3"], "has 3 epochs; --epochs 3 would not make it longer");
    }

    [Fact]
    public void A_state_that_is_gone_is_told_and_nothing_is_replaced()
    {
        ConsoleRunJson("train", "eresfd", "--epochs", "1", "--name", "a", "--val-every", "0");
        File.Delete(Path.Combine("runs", "train", "a", "state.safetensors"));
        var before = File.ReadAllBytes(Path.Combine("runs", "train", "a", "last.safetensors"));
        var run = ConsoleRun.Of("train", "--resume", "a", "--json");
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Contains("state.safetensors: is missing, and with it where the run was", run.Errors[^1], StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine("runs", "train", "a", "last.safetensors")));

        // A refused extension leaves the configuration, too.
        var config = File.ReadAllText(Path.Combine("runs", "train", "a", "config.json"));
        Assert.Equal(1, ConsoleRun.Of("train", "--resume", "a", "--epochs", "9").Code);
        Assert.Equal(config, File.ReadAllText(Path.Combine("runs", "train", "a", "config.json")));
    }

    [Fact]
    public void A_diverged_training_fails_with_the_reason()
    {
        var run = ConsoleRun.Of(["train", "eresfd", .. Quick, "--epochs", "2", "--lr", "1e6", "--val-every", "0", "--json"]);
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Contains("try a lower learning rate", run.Errors[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prune tiny.safetensors --rate 0.03 --data data --epochs 1 --finetune-epochs 1", "the rate 0.03 prunes no filter", "the smallest rate that prunes one is 0.125")]
    [InlineData("prune tiny.safetensors --rate 0.03", "the smallest rate that prunes one is 0.125", "")]
    [InlineData("prune tiny.safetensors --rate 0.5 --exclude *", "leave nothing to prune", "inspect tiny.safetensors lists the layers")]
    [InlineData("prune tiny.safetensors --rate 0.5 --exclude nothing.*", "no prunable layer", "inspect tiny.safetensors lists the layers")]
    [InlineData("prune tiny.safetensors --rate 0 --layer *=0.01", "the rate 0.01 prunes no filter", "the smallest rate that prunes one is 0.125")]
    [InlineData("prune tiny.safetensors --rate 0.5 --data data --force", "--force is for pruning in one shot", "")]
    [InlineData("prune tiny.safetensors --rate 0.5 --criterion taylor --data data --epochs 0 --imgsz 1", "images of 1 x 1 pixels are too small for tiny", "")]
    [InlineData("train eresfd --data data --imgsz 1", "images of 1 x 1 pixels are too small for eresfd", "")]
    public void What_would_do_nothing_is_told_before_the_first_step(string line, string problem, string advice)
    {
        TinyDetector.Write("tiny.safetensors");
        FailsAndWritesNothing(line.Split(' '), problem, advice);
        Assert.Equal(2, ConsoleRun.Of(line.Split(' ')).Code);
    }

    [Fact]
    public void An_existing_file_is_replaced_by_force_only()
    {
        TinyDetector.Write("tiny.safetensors");
        File.WriteAllText("p.safetensors", "mine");
        FailsAndWritesNothing(["prune", "tiny.safetensors", "--rate", "0.5", "--out", "p.safetensors"], "p.safetensors: exists already", "--force");
        ConsoleRun.Text("prune", "tiny.safetensors", "--rate", "0.5", "--out", "p.safetensors", "--force");
        Assert.True(new FileInfo("p.safetensors").Length > 1000);
    }

    [Fact]
    public void More_threads_than_processors_are_capped_with_a_word()
    {
        var run = ConsoleRun.Of("bench", TinyDetector.Write("tiny.safetensors"), "--imgsz", "32", "--runs", "1", "--threads", "5000", "--json");
        Assert.Equal(0, run.Code);
        Assert.Equal($"--threads 5000: this machine has {Environment.ProcessorCount} processors, so {Environment.ProcessorCount}", Assert.Single(run.Errors));
        Assert.Equal(Environment.ProcessorCount, JsonDocument.Parse(run.Out).RootElement[0].GetProperty("threads").GetInt32());
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_told()
    {
        File.WriteAllText("file", "");
        var run = ConsoleRun.Of(["train", "eresfd", .. Quick, "--epochs", "1", "--out", "file"]);
        Assert.Equal((1, ""), (run.Code, run.Out));
        Assert.Contains("file", run.Errors[^1], StringComparison.Ordinal);
    }

    private static void Fails(string problem)
    {
        var run = ConsoleRun.Of(["train", "eresfd", .. Quick, "--epochs", "1"]);
        Assert.Equal(1, run.Code);
        Assert.Contains(problem, run.Errors[^1], StringComparison.Ordinal);
    }

    /// <summary>Remarks go to stderr; stdout is one document.</summary>
    private static JsonElement ConsoleRunJson(string verb, string model, params string[] options)
    {
        var quick = options.Contains("--data") ? Quick[2..] : Quick;
        var run = ConsoleRun.Of([verb, model, .. quick, .. options, "--json"]);
        Assert.True(run.Code == 0, run.Error);
        return JsonDocument.Parse(run.Out).RootElement;
    }

    private static void CopyTree(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
