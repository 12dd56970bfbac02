using System.Diagnostics;
using System.Runtime.InteropServices;
using Secateur.Onnx.Export;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Onnx.Tests;

/// <summary>Exported models of a fixed size in OpenCV's DNN module, beside ONNX Runtime.</summary>
public sealed class OpenCvTests : IDisposable
{
    private const int Height = 97, Width = 131;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [OpenCvTheory]
    [InlineData(HeadTests.Form.Original, OnnxOutput.Heads)]
    [InlineData(HeadTests.Form.Compacted, OnnxOutput.Heads)]
    [InlineData(HeadTests.Form.Compacted, OnnxOutput.Boxes)]
    public void OpenCV_gives_what_ONNX_Runtime_gives(HeadTests.Form form, OnnxOutput output)
    {
        var file = OnnxExporter.Export(HeadTests.Create("eresfd", form), new OnnxExportOptions { Size = (Height, Width), Output = output });
        var image = new float[3 * Height * Width];
        var random = new Random(3);
        foreach (ref var value in image.AsSpan()) value = RandomWeights.Normal(random);
        using var onnx = new OnnxRun(file);
        var expected = onnx.Run(image, 1, 3, Height, Width);

        var (model, input, result) = (_folder.Write("model.onnx", file.Content), _folder.Write("input", MemoryMarshal.AsBytes(image.AsSpan()).ToArray()), _folder.PathOf("result"));
        var names = OpenCvTheoryAttribute.Python(Path.Combine(SharedData.RepositoryRoot, "tests", "Secateur.Onnx.Tests", "opencv.py"), model, input, $"{Height}", $"{Width}", result);
        var found = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(result)).ToArray();
        var at = 0;
        foreach (var name in names.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var values = expected[name].Data;
            var largest = Math.Max(1, values.Max(Math.Abs));
            Assert.All(values.Zip(found.Skip(at)), pair => Assert.Equal(pair.First, pair.Second, 1e-3 * largest));
            at += values.Length;
        }

        Assert.Equal(found.Length, at);
    }
}

/// <summary>Runs where Python has OpenCV.</summary>
public sealed class OpenCvTheoryAttribute : TheoryAttribute
{
    private const string Interpreter = "/usr/bin/python3";

    public OpenCvTheoryAttribute()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Interpreter) || Python("-c", "import cv2; print(cv2.__version__)").Length == 0)
            Skip = "Python has no OpenCV here (apt-get install python3-opencv)";
    }

    /// <summary>What the interpreter prints; nothing where it fails.</summary>
    internal static string Python(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Interpreter, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? text : "";
    }
}
