using Secateur.Zoo;
using Xunit;

namespace Secateur.Cli.Tests;

/// <summary>The models that come with Secateur, by name.</summary>
public sealed class ZooTests : CliTest
{
    [Fact]
    public void They_are_listed()
    {
        var models = ConsoleRun.Json("models").EnumerateArray().ToArray();
        Assert.Equal(ModelZoo.Names, models.Select(m => m.GetProperty("name").GetString()!));
        Assert.Equal([ModelZoo.Default], models.Where(m => m.GetProperty("isDefault").GetBoolean()).Select(m => m.GetProperty("name").GetString()!));
        Assert.All(models, m => HasKeys(m, "description", "architecture", "parameters", "macs", "bytes", "single", "multiScale", "licence"));
        var text = ConsoleRun.Text("models");
        Assert.All(ModelZoo.Names, name => Assert.Contains(name + " ", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Detect_needs_no_model()
    {
        WriteScene("s.png", 160, 120);
        var one = ConsoleRun.Text("detect", "s.png", "--json", "--conf", "0.05");
        Assert.Equal(one, ConsoleRun.Text("detect", "s.png", "--json", "--conf", "0.05", "--model", ModelZoo.Default));
    }

    [Fact]
    public void Models_are_taken_by_name()
    {
        var file = Path.Combine(Folder, "copy.safetensors");
        File.WriteAllBytes(file, ModelZoo.Get(ModelZoo.Default).ReadBytes());
        Assert.Equal(ConsoleRun.Text("inspect", file, "--json"), ConsoleRun.Text("inspect", ModelZoo.Default, "--json"));
        ConsoleRun.Text("prune", ModelZoo.Default, "--rate", "0.2", "--out", "p.safetensors");
        ConsoleRun.Text("compact", "p.safetensors", "--out", "c.safetensors");
        ConsoleRun.Text("compact", ModelZoo.Default);
        Assert.True(File.Exists($"{ModelZoo.Default}-compact.safetensors"));
        Assert.Equal(2, ConsoleRun.Json("bench", ModelZoo.Default, "c.safetensors", "--runs", "1", "--imgsz", "64").GetArrayLength());
    }

    [Fact]
    public void A_name_means_the_model_and_a_path_the_file()
    {
        File.WriteAllText(ModelZoo.Default, "no model");
        ConsoleRun.Text("inspect", ModelZoo.Default);
        ConsoleRun.Fails(["inspect", $"./{ModelZoo.Default}"], "./eresfd");
    }

    [Theory]
    [InlineData("resnet", "no such file", "eresfd")]
    [InlineData("nowhere/m.safetensors", "nowhere/m.safetensors")]
    public void What_is_neither_is_told(string model, params string[] parts)
    {
        WriteScene("s.png");
        FailsAndWritesNothing(["detect", "s.png", "--model", model], parts);
        FailsAndWritesNothing(["inspect", model], parts);
    }

    [Fact]
    public void A_missing_photo_is_told_before_anything_is_drawn() => FailsAndWritesNothing(["demo", "--photo", "none.jpg"], "none.jpg");
}
