using System.Text.Json;
using Secateur.Imaging;
using Secateur.Models;
using Secateur.Runtime;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary><c>prune --distill</c>.</summary>
public sealed class DistillTests : CliTest
{
    private static readonly string[] Quick = ["--imgsz", "64", "--batch", "4", "--threads", "1", "--val-every", "1"];

    [Fact]
    public void Pruning_without_labels_ends_nearer_to_the_original_than_in_one_shot()
    {
        SpotDataset.Write("spots", train: 40, validation: 6);
        var images = Path.Combine("spots", "WIDER_train");
        var original = TinyDetector.Write("tiny.safetensors");
        ConsoleRun.Text("prune", original, "--rate", "0.5", "--out", "oneshot.safetensors");
        var run = ConsoleRun.Of(["prune", original, "--rate", "0.5", "--distill", images, .. Quick, "--epochs", "6", "--finetune-epochs", "6", "--lr", "0.01", "--json"]);
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("Unlabelled, train: 38 images", run.Error, StringComparison.Ordinal);
        Assert.Contains("Unlabelled, validation: 2 images", run.Error, StringComparison.Ordinal);
        Assert.Contains("Adam, learning rate 0.01, a tenth after steps 14, 27, weight decay 0, batch 4 at 64 x 64", run.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(run.Out);
        var metrics = json.RootElement.GetProperty("metrics");
        Assert.InRange(metrics.GetProperty("valDistillationLoss").GetDouble(), 1e-6, 1);
        Assert.Equal(JsonValueKind.Null, metrics.GetProperty("lossL").ValueKind);
        var compacted = json.RootElement.GetProperty("compacted").GetString()!;
        var (before, after) = (Distance("oneshot.safetensors"), Distance(compacted));
        Assert.True(after < before / 2, $"{before} in one shot, {after} distilled");
    }

    [Fact]
    public void A_run_tells_its_loss_and_goes_on()
    {
        SpotDataset.Write("spots", train: 24, validation: 0);
        TinyDetector.Write("tiny.safetensors");
        string[] prune = ["prune", "tiny.safetensors", "--rate", "0.5", "--criterion", "taylor", "--batches", "2", "--distill", "spots", .. Quick, "--epochs", "1", "--finetune-epochs", "1"];
        var whole = ConsoleRun.Of([.. prune, "--name", "whole"]);
        Assert.True(whole.Code == 0, whole.Error);
        Assert.Contains("after 2 epochs, distillation loss 0.", whole.Out, StringComparison.Ordinal);
        Assert.Contains("the best of the validated epochs, distillation loss 0.", whole.Out, StringComparison.Ordinal);
        Assert.Contains("Distillation: soft pruning with taylor at rate 0.5: 1 epochs", whole.Error, StringComparison.Ordinal);
        Assert.Contains("finetune epoch 2/2: distillation loss 0.", whole.Error, StringComparison.Ordinal);
        Assert.Contains(", on images held out 0.", whole.Error, StringComparison.Ordinal);

        var folder = Path.Combine("runs", "prune", "whole");
        var masked = File.ReadAllBytes(Path.Combine(folder, "masked.safetensors"));
        Directory.Move("spots", "moved");
        var again = ConsoleRun.Of("prune", "--resume", "whole", "--distill", "moved");
        Assert.True(again.Code == 0, again.Error);
        Assert.Equal(masked, File.ReadAllBytes(Path.Combine(folder, "masked.safetensors")));
    }

    [Fact]
    public void A_criterion_can_measure_the_outputs_in_one_shot()
    {
        SpotDataset.Write("spots", train: 8, validation: 0);
        TinyDetector.Write("tiny.safetensors");
        var run = ConsoleRun.Of(["prune", "tiny.safetensors", "--rate", "0.5", "--criterion", "taylor", "--distill", "spots", "--imgsz", "64", "--batch", "4", "--epochs", "0", "--json"]);
        Assert.True(run.Code == 0, run.Error);
        using var json = JsonDocument.Parse(run.Out);
        Assert.Equal(8, json.RootElement.GetProperty("zeroFilters").GetInt32());
        Assert.Equal(2, json.RootElement.GetProperty("batches").GetInt32());
    }

    [Theory]
    [InlineData("--rate 0.5 --distill spots --data spots", "--data and --distill exclude each other")]
    [InlineData("--mask k.json --distill spots", "--mask and --distill exclude each other")]
    [InlineData("--rate 0.5 --distill spots --device opencl", "distillation runs on the processor, not on --device opencl")]
    [InlineData("--rate 0.5 --distill spots --precision tf32", "--precision tf32")]
    [InlineData("--rate 0.5 --distill nowhere", "nowhere: no such folder")]
    [InlineData("--rate 0.5 --distill none", "none: has no usable image (.jpg")]
    [InlineData("--target macs=0.5 --search bayesian --distill spots", "--search needs --data")]
    [InlineData("--rate 0.5 --criterion taylor", "--criterion taylor needs --data or --distill")]
    public void What_cannot_be_done_is_told(string arguments, string problem)
    {
        SpotDataset.Write("spots", train: 2, validation: 0);
        Directory.CreateDirectory("none");
        TinyDetector.Write("tiny.safetensors");
        FailsAndWritesNothing(["prune", "tiny.safetensors", .. arguments.Split(' ')], problem);
    }

    [Fact]
    public void Few_images_leave_none_to_validate_on()
    {
        SpotDataset.Write("spots", train: 8, validation: 0);
        TinyDetector.Write("tiny.safetensors");
        var run = ConsoleRun.Of(["prune", "tiny.safetensors", "--rate", "0.5", "--distill", "spots", .. Quick, "--epochs", "1", "--finetune-epochs", "0"]);
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("Too few images to hold some out", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_from_scratch_has_nothing_to_distil() => ConsoleRun.Fails(["train", "eresfd", "--distill", "spots"], "--distill: no such command or option");

    /// <summary>The squared difference of the outputs from those of the original, over its squares, on images that no run has seen.</summary>
    private static double Distance(string path)
    {
        var (differences, squares) = (0.0, 0.0);
        foreach (var (value, goal) in Outputs(path).Zip(Outputs("tiny.safetensors")))
        {
            differences += (value - goal) * (value - goal);
            squares += goal * goal;
        }

        return differences / squares;
    }

    private static List<double> Outputs(string path)
    {
        var (model, values) = (ModelFile.Read(path), new List<double>());
        using var session = new InferenceEngine(model).CreateSession();
        foreach (var file in Directory.GetFiles(Path.Combine("spots", "WIDER_val"), "*.ppm", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var image = ImageFile.Read(file);
            session.Run(image.Pixels, image.Height, image.Width);
            foreach (var output in model.Network.Outputs)
            {
                var shape = session.OutputShape(output.Name);
                var copy = new float[shape.Channels * shape.Height * shape.Width];
                session.CopyOutput(output.Name, copy);
                values.AddRange(copy.Select(v => (double)v));
            }
        }

        return values;
    }
}
