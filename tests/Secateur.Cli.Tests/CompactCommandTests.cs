using System.CommandLine;
using Secateur.Cli.Commands;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.Pruning.Compaction;
using Secateur.Weights;
using Xunit;

namespace Secateur.Cli.Tests;

public sealed class CompactCommandTests : CliTest
{
    [Fact]
    public void A_pruned_model_gets_really_smaller_and_computes_the_same()
    {
        ConsoleRun.Text("prune", WriteEResFd(), "--rate", "0.5", "--out", "p.safetensors");
        var json = ConsoleRun.Json("compact", "p.safetensors", "--out", "c.safetensors", "--imgsz", "64x96");
        var (before, after) = (json.GetProperty("before"), json.GetProperty("after"));
        HasKeys(before, "parameters", "macs", "bytes");
        HasKeys(after, "parameters", "macs", "bytes");
        Assert.InRange(json.GetProperty("maxRelativeDifference").GetDouble(), 0, 1e-4);
        Assert.Equal(92_208, before.GetProperty("parameters").GetInt32());
        Assert.True(after.GetProperty("parameters").GetInt32() < 92_208 * 0.6);
        Assert.True(after.GetProperty("macs").GetInt64() < before.GetProperty("macs").GetInt64() * 0.6);
        Assert.Equal(new FileInfo("p.safetensors").Length, before.GetProperty("bytes").GetInt64());
        Assert.Equal(new FileInfo("c.safetensors").Length, after.GetProperty("bytes").GetInt64());
        Assert.True(after.GetProperty("bytes").GetInt64() < before.GetProperty("bytes").GetInt64() * 0.7);
        Assert.InRange(CompactionCheck.MaxRelativeDifference(ModelFile.Read("p.safetensors"), ModelFile.Read("c.safetensors")), 0, 1e-4);
        Assert.Equal(after.GetProperty("parameters").GetInt32(), ConsoleRun.Json("inspect", "c.safetensors").GetProperty("parameters").GetInt32());
    }

    [Fact]
    public void The_gain_is_told_to_people()
    {
        ConsoleRun.Text("prune", WriteEResFd(), "--rate", "0.3", "--out", "p.safetensors");
        var text = ConsoleRun.Text("compact", "p.safetensors", "--imgsz", "32x32");
        Assert.Contains("92,208", text, StringComparison.Ordinal);
        Assert.Contains("p-compact.safetensors: same output", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compactor_that_changes_the_output_is_found_out_and_nothing_is_written()
    {
        ConsoleRun.Text("prune", WriteEResFd(), "--rate", "0.3", "--out", "p.safetensors");
        File.WriteAllText("old.safetensors", "old");
        var files = Files();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Run(Changed, "p.safetensors", "--out", "c.safetensors"));
        Assert.Contains("nothing was written, because the compacted model differs by", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Run(Changed, "p.safetensors", "--out", "old.safetensors", "--force"));
        Assert.Equal(files, Files());
        Assert.Equal("old", File.ReadAllText("old.safetensors"));
        Assert.Equal(0, await Run(Compactor.Compact, "p.safetensors", "--out", "c.safetensors", "--imgsz", "32", "--json"));

        // One head bias off by a little, as a mistake in folding a constant would leave it.
        static Model Changed(Model model)
        {
            var compacted = Compactor.Compact(model);
            return new Model(compacted.Network, compacted.Weights.Select(w => KeyValuePair.Create(w.Key, w.Key == "loc.3.bias" ? Moved(w.Value) : w.Value)), compacted.Info);
        }

        static Tensor Moved(Tensor tensor)
        {
            var moved = tensor.Clone();
            moved.Data[2] += 0.05f;
            return moved;
        }
    }

    [Fact]
    public void A_model_that_computes_no_numbers_is_not_compacted()
    {
        var model = ModelFile.Read(WriteEResFd());
        var broken = model.Weights["loc.0.bias"].Clone();
        broken.Data[0] = float.NaN;
        ModelFile.Write("nan.safetensors", new Model(model.Network, model.Weights.Select(w => KeyValuePair.Create(w.Key, w.Key == "loc.0.bias" ? broken : w.Value)), model.Info));
        FailsAndWritesNothing(["compact", "nan.safetensors", "--imgsz", "32"], "nan.safetensors", "has NaN at loc.0.bias[0]", "finite");
    }

    private static async Task<int> Run(Func<Model, Model> compact, params string[] args)
    {
        var oldOut = Console.Out;
        Console.SetOut(TextWriter.Null);
        try
        {
            return await CompactCommand.Create(compact).Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        finally
        {
            Console.SetOut(oldOut);
        }
    }
}
