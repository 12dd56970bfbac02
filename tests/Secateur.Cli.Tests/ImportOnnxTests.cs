using Secateur.Kernels;
using Secateur.Models;
using Secateur.Weights;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary><c>import</c> of ONNX files, and every command after it.</summary>
public sealed class ImportOnnxTests : CliTest
{
    [Fact]
    public void An_imported_network_is_pruned_compacted_timed_and_exported()
    {
        ConsoleRun.Text("export", WriteEResFd(), "--out", "net.onnx", "--opset", "15");
        var text = ConsoleRun.Text("import", "net.onnx");
        Assert.Contains("net.safetensors: net, ", text, StringComparison.Ordinal);
        Assert.Contains("gives loc_0 [N, 4, h, w]", text, StringComparison.Ordinal);
        Assert.Contains("kept for export: ", text, StringComparison.Ordinal);

        ConsoleRun.Text("prune", "net.safetensors", "--rate", "0.3", "--out", "masked.safetensors");
        ConsoleRun.Text("compact", "masked.safetensors", "--out", "small.safetensors", "--imgsz", "96x128");
        Assert.Contains("net", ConsoleRun.Text("inspect", "small.safetensors"), StringComparison.Ordinal);
        Assert.Equal(2, ConsoleRun.Json("bench", "net.safetensors", "small.safetensors", "--imgsz", "96x128", "--runs", "1").GetArrayLength());
        var exported = ConsoleRun.Json("export", "small.safetensors", "--out", "small.onnx");
        Assert.Equal(15, exported.GetProperty("opset").GetInt32());
        Assert.InRange(exported.GetProperty("maxRelativeDifference").GetDouble(), 0, 1e-4);
        Assert.Contains("loc_0", exported.GetProperty("outputs").EnumerateArray().Select(o => o.GetProperty("name").GetString()));

        var json = ConsoleRun.Json("import", "small.onnx", "--name", "again", "--licence", "MIT", "--out", "again.safetensors");
        Assert.Equal("again", json.GetProperty("architecture").GetString());
        var again = ModelFile.Read("again.safetensors");
        Assert.Equal("MIT", again.Info.Licence);
        Assert.Equal([.. ModelFile.Read("small.safetensors").Info.Provenance, "imported from small.onnx"], again.Info.Provenance.AsEnumerable());
    }

    [Fact]
    public void Forward_gives_what_the_original_gives()
    {
        var model = WriteEResFd();
        ConsoleRun.Text("export", model, "--out", "net.onnx");
        ConsoleRun.Text("import", "net.onnx");
        var random = new Random(1);
        var input = new Tensor([1, 3, 64, 96], [.. Enumerable.Range(0, 3 * 64 * 96).Select(_ => random.NextSingle() - 0.5f)]);
        Safetensors.Write("x.safetensors", [KeyValuePair.Create("input", input)]);
        ConsoleRun.Text("forward", model, "--input", "x.safetensors", "--out", "before.safetensors");
        ConsoleRun.Text("forward", "net.safetensors", "--input", "x.safetensors", "--out", "after.safetensors");
        var (before, after) = (Safetensors.Read("before.safetensors").Tensors, Safetensors.Read("after.safetensors").Tensors);
        foreach (var (name, expected) in before)
        {
            var largest = expected.Data.Max(Math.Abs);
            Assert.All(expected.Data.Zip(after[name].Data), v => Assert.Equal(v.First, v.Second, 1e-6 * largest));
        }
    }

    [Fact]
    public void What_goes_with_other_files_or_is_not_taken_is_refused()
    {
        var model = WriteEResFd();
        ConsoleRun.Text("export", model, "--out", "net.onnx", "--input", "uint8");
        FailsAndWritesNothing(["import", "net.onnx"], "net.onnx", "float32");
        FailsAndWritesNothing(["import", "net.onnx", "--arch", "eresfd"], "--arch is for checkpoints");
        FailsAndWritesNothing(["import", model, "--out", "other.safetensors", "--name", "x"], "--name is for ONNX files");
        FailsAndWritesNothing(["inspect", "net.onnx"], "secateur import makes a model of it");
        File.WriteAllBytes("broken.onnx", File.ReadAllBytes("net.onnx")[..1000]);
        FailsAndWritesNothing(["import", "broken.onnx"], "broken.onnx", "ONNX");
    }
}
