using Secateur.Bench.Comparison;
using Secateur.Pixels;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Bench.Tests;

public sealed class OnnxFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pattern_finds_the_file_of_each_size_that_exists()
    {
        var path = Touch("e_480x640.onnx");
        Touch("e50_480x640.onnx");
        var files = new OnnxFiles([$"ERES={_folder.PathOf("e_{size}.onnx")}"]);
        Assert.Equal(path, files.Find("ERES", new ImageSize(480, 640)));
        Assert.Null(files.Find("ERES", new ImageSize(640, 480)));
        Assert.Null(files.Find("ERES50", new ImageSize(480, 640)));
        Assert.Equal(["ERES"], files.Names);
    }

    [Fact]
    public void A_file_serves_its_own_size_only()
    {
        var path = Touch("e_480x640.onnx");
        var files = new OnnxFiles([$"ERES={path}"]);
        Assert.Equal(path, files.Find("ERES", new ImageSize(480, 640)));
        Assert.Null(files.Find("ERES", new ImageSize(120, 160)));
    }

    [Theory]
    [InlineData("ERES")]
    [InlineData("=e_480x640.onnx")]
    [InlineData("ERES=e.onnx")]
    [InlineData("ERES=folder_480x640")]
    public void What_is_no_pair_is_refused(string pair) => Assert.Throws<FormatException>(() => new OnnxFiles([pair]));

    [Fact]
    public void Two_files_for_one_model_are_refused() =>
        Assert.Throws<FormatException>(() => new OnnxFiles(["E=a_480x640.onnx", "E=b_480x640.onnx"]));

    private string Touch(string name) => _folder.Write(name, "");
}
