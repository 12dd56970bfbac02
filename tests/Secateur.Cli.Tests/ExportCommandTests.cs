using Xunit;

namespace Secateur.Cli.Tests;

public sealed class ExportCommandTests : CliTest
{
    [Fact]
    public void A_model_of_the_zoo_becomes_an_onnx_file_that_finds_faces()
    {
        var json = ConsoleRun.Json("export", "eresfd-50", "--input", "uint8", "--nms", "--conf", "0.3");
        Assert.Equal("eresfd-50.onnx", json.GetProperty("output").GetString());
        Assert.Equal(new FileInfo("eresfd-50.onnx").Length, json.GetProperty("bytes").GetInt64());
        var image = Assert.Single(json.GetProperty("inputs").EnumerateArray());
        Assert.Equal("""{"name":"image","type":"uint8","shape":["N","H","W",3]}""", Compact(image));
        Assert.Equal(["boxes", "scores", "batch_index"], json.GetProperty("outputs").EnumerateArray().Select(o => o.GetProperty("name").GetString()));
    }

    [Fact]
    public void Heads_of_one_size_have_their_shapes()
    {
        var text = ConsoleRun.Text("export", WriteEResFd(), "--imgsz", "96x128", "--out", "m.onnx", "--opset", "17");
        Assert.Contains("opset 17", text, StringComparison.Ordinal);
        Assert.Contains("takes image [1, 3, 96, 128] float32", text, StringComparison.Ordinal);
        Assert.Contains("gives loc_0 [1, 4, 24, 32] float32", text, StringComparison.Ordinal);
        Assert.Contains("takes image [N, 3, H, W] float32", ConsoleRun.Text("export", WriteEResFd(), "--imgsz", "dynamic", "--out", "m.onnx", "--force"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_is_refused_and_nothing_is_written()
    {
        var model = WriteEResFd();
        FailsAndWritesNothing(["export", model, "--conf", "0.3"], "--conf", "--nms");
        FailsAndWritesNothing(["export", model, "--opset", "9"], "--opset", "from 13 to 21");
        FailsAndWritesNothing(["export", model, "--imgsz", "large"], "--imgsz", "480x640");
        FailsAndWritesNothing(["export", model, "--format", "tflite"], "--format", "onnx");
        FailsAndWritesNothing(["export", model, "--out", model], "is the input itself");
        FailsAndWritesNothing(["export", "missing.safetensors"], "missing.safetensors");
    }

    private static string Compact(System.Text.Json.JsonElement element) => System.Text.Json.JsonSerializer.Serialize(element);
}
