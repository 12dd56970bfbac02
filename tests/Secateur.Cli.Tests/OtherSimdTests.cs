using System.Text.Json;
using Secateur.Kernels.Simd;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary>Runs and searches that go on with another vector width, each in a process with that width.</summary>
public sealed class OtherSimdTests : CliTest
{
    [Fact]
    public async Task A_run_goes_on_with_another_vector_width_only_where_that_is_allowed()
    {
        SpotDataset.Write("data", train: 12, validation: 1);
        string[] run = ["train", "eresfd", "--data", "data", "--imgsz", "64", "--batch", "2", "--epochs", "1", "--val-every", "0"];
        var here = await StartWith("512", [.. run, "--name", "a"]);
        Assert.True(here.Code == 0, here.Error);

        // A width that the machine has not got gives the bits of one that has.
        await StartWith("512", [.. run, "--name", "b"], "DOTNET_EnableAVX512=0");
        await StartWith("256", [.. run, "--name", "c"]);
        Assert.Equal(Model("a"), Model("b"));
        Assert.NotEqual(Model("a"), Model("c"));
        var refused = await StartWith("256", ["train", "--resume", "a", "--epochs", "2"]);
        Assert.Equal(1, refused.Code);
        Assert.Contains("began with 512-bit vectors, and would go on with 256-bit ones here", refused.Errors[^1], StringComparison.Ordinal);
        Assert.Equal(["512-bit"], Recorded());
        var allowed = await StartWith("256", ["train", "--resume", "a", "--epochs", "2", "--allow-other-simd"]);
        Assert.True(allowed.Code == 0, allowed.Error);
        Assert.Contains("Its steps are computed with 256-bit vectors; before, with 512-bit: the last bits differ", allowed.Error, StringComparison.Ordinal);
        Assert.Equal(["512-bit", "256-bit"], Recorded());
        Assert.Equal(2, (await StartWith("256", [.. run, "--allow-other-simd"])).Code);

        static byte[] Model(string name) => File.ReadAllBytes(Path.Combine("runs", "train", name, "last.safetensors"));

        static string[] Recorded()
        {
            using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine("runs", "train", "a", "config.json")));
            return [.. config.RootElement.GetProperty("simd").EnumerateArray().Select(e => e.GetString()!)];
        }
    }

    [Fact]
    public async Task A_search_goes_on_with_another_vector_width_only_where_that_is_allowed()
    {
        SpotDataset.Write("data", train: 12, validation: 1);
        string[] search =
        [
            "prune", TinyDetector.Write("tiny.safetensors"), "--search", "bayesian", "--target", "parameters=0.6", "--group", "first=base.0.*", "--group", "second=base.1.*",
            "--trials", "4", "--data", "data", "--imgsz", "64", "--batch", "2", "--epochs", "1", "--finetune-epochs", "1", "--val-every", "0", "--name", "s",
        ];
        var whole = await StartWith("256", search);
        Assert.True(whole.Code == 0, whole.Error);
        var refused = await StartWith("128", ["prune", "--resume", "s"]);
        Assert.Equal(1, refused.Code);
        Assert.Contains("began with 256-bit vectors, and would go on with 128-bit ones here", refused.Errors[^1], StringComparison.Ordinal);
        var allowed = await StartWith("128", ["prune", "--resume", "s", "--allow-other-simd"]);
        Assert.True(allowed.Code == 0, allowed.Error);
        foreach (var name in new[] { "search.json", "run/config.json" }) Assert.Matches("\"256-bit\",\\s*\"128-bit\"", File.ReadAllText(Path.Combine("runs", "prune", "s", name)));
    }

    private static async Task<ConsoleRun> StartWith(string bits, string[] args, params string[] variables)
    {
        using var process = SecateurProcess.Launch(["env", $"{SimdLevels.Variable}={bits}", .. variables, SecateurProcess.Host], args);
        var (code, output, error) = await SecateurProcess.Finish(process);
        return new ConsoleRun(code, output, error);
    }
}
