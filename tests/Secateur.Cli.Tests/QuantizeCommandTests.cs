using Secateur.Models;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Cli.Tests;

public sealed class QuantizeCommandTests : CliTest
{
    [Fact]
    public void A_quantized_model_is_small_and_every_command_takes_it()
    {
        WriteScenes();
        var json = ConsoleRun.Json("quantize", WriteEResFd(), "--calibrate", "photos", "--out", "q.safetensors", "--imgsz", "64x96");
        Assert.Equal(3, json.GetProperty("pictures").GetInt32());
        Assert.Equal(new FileInfo("m.safetensors").Length, json.GetProperty("bytes").GetProperty("before").GetInt64());
        Assert.True(new FileInfo("q.safetensors").Length < new FileInfo("m.safetensors").Length / 3.0);
        Assert.NotNull(ModelFile.Read("q.safetensors").Quantization);
        var inspected = ConsoleRun.Json("inspect", "q.safetensors");
        Assert.Equal(json.GetProperty("layers").GetProperty("integers").GetInt32(), inspected.GetProperty("quantization").GetProperty("integerLayers").GetInt32());
        Assert.Contains("integers        weights of 8 bits in", ConsoleRun.Text("inspect", "q.safetensors"), StringComparison.Ordinal);
        Assert.Contains("quantized to 8 bits, calibrated on 3 pictures", ConsoleRun.Text("inspect", "q.safetensors"), StringComparison.Ordinal);
        ConsoleRun.Json("detect", "photos/0.png", "--model", "q.safetensors", "--json");
        ConsoleRun.Json("bench", "m.safetensors", "q.safetensors", "--imgsz", "64x96", "--runs", "1", "--json");
    }

    [Fact]
    public void Layers_stay_in_floats_by_pattern_and_the_sensitive_ones_are_told()
    {
        WriteScenes();
        var json = ConsoleRun.Json("quantize", TinyDetector.Write("t.safetensors"), "--calibrate", "photos", "--images", "2", "--floats", "base.0.*", "--sensitivity", "--imgsz", "64x64");
        Assert.Equal(2, json.GetProperty("pictures").GetInt32());
        Assert.Equal(["base.0.0"], json.GetProperty("layers").GetProperty("floats").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(4, json.GetProperty("sensitivity").GetArrayLength());
        Assert.DoesNotContain("base.0.0.weight", ModelFile.Read("t-int8.safetensors").Quantization!.WeightScales.Keys);
    }

    [Fact]
    public void Precision_is_told_before_and_after()
    {
        ModelFile.Write("spot.safetensors", BrightSpotDetector.Create());
        SmallWider.Write("wider");
        var json = ConsoleRun.Json("quantize", "spot.safetensors", "--calibrate", "wider/WIDER_val/images", "--data", "wider", "--out", "q.safetensors", "--imgsz", "48x64");
        var precision = json.GetProperty("precision");
        Assert.Equal(3, precision.GetProperty("images").GetInt32());
        Assert.Equal(precision.GetProperty("before").GetRawText(), precision.GetProperty("after").GetRawText());
        Assert.Contains("AP on 3 images: easy", ConsoleRun.Text("inspect", "q.safetensors"), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_calls_say_what_is_wrong_and_write_nothing()
    {
        WriteScenes();
        WriteEResFd();
        Directory.CreateDirectory("empty");
        Directory.CreateDirectory("tiny");
        File.WriteAllText("broken.png", "no picture");
        FailsAndWritesNothing(["quantize", "m.safetensors"], "--calibrate");
        FailsAndWritesNothing(["quantize", "m.safetensors", "--calibrate", "nowhere"], "nowhere: no such file or folder");
        FailsAndWritesNothing(["quantize", "m.safetensors", "--calibrate", "empty"], "empty: no images there");
        FailsAndWritesNothing(["quantize", "m.safetensors", "--calibrate", "broken.png"], "broken.png");
        FailsAndWritesNothing(["quantize", "m.safetensors", "--calibrate", "photos", "--floats", "nothing.*"], "--floats nothing.*: matches none of the");
        FailsAndWritesNothing(["quantize", "m.safetensors", "--calibrate", "photos", "--max-loss", "0.1"], "--max-loss needs --data");
        FailsAndWritesNothing(["quantize", "m.safetensors", "--calibrate", "photos", "--out", "m.safetensors", "--force"], "is the input itself");
    }

    [Fact]
    public void A_quantized_model_is_not_pruned_compacted_or_quantized_again()
    {
        WriteScenes();
        ConsoleRun.Text("quantize", TinyDetector.Write("t.safetensors"), "--calibrate", "photos", "--out", "q.safetensors", "--imgsz", "64x64");
        string[][] calls = [["quantize", "q.safetensors", "--calibrate", "photos"], ["compact", "q.safetensors"], ["prune", "q.safetensors", "--rate", "0.5"]];
        foreach (var call in calls) FailsAndWritesNothing(call, "q.safetensors: is quantized; give the model that it was made of");
    }

    private static void WriteScenes()
    {
        for (var i = 0; i < 3; i++) WriteScene($"photos/{i}.png", seed: i + 1);
    }
}
