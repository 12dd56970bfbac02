using Secateur.Detection;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Onnx.Export;
using Secateur.Onnx.Import;
using Secateur.Pixels;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;
using Xunit;
using static Secateur.Onnx.Format.Attributes;

namespace Secateur.Onnx.Tests;

/// <summary>Imported detectors whose head a JSON file describes, against the published formulas over ONNX Runtime's maps.</summary>
public sealed class ImportHeadTests : IDisposable
{
    private const int Height = 32, Width = 48, Stride = 8;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Anchors_with_softmax() => Check(
        """
        { "pixelOrder": "Bgr", "mean": [123, 117, 104], "variances": [0.1, 0.2], "levels": [{ "stride": 8, "anchorSizes": [16, 32], "boxes": "boxes", "scores": "scores" }] }
        """,
        scoreMaps: 2,
        boxScale: 1,
        (x, y, a, box, score, _) =>
        {
            float[] sizes = [16, 32];
            var (centreX, centreY) = (((x + 0.5f) * Stride) + (0.1f * box[0] * sizes[a]), ((y + 0.5f) * Stride) + (0.1f * box[1] * sizes[a]));
            var (width, height) = (sizes[a] * MathF.Exp(0.2f * box[2]), sizes[a] * MathF.Exp(0.2f * box[3]));
            return (centreX - (width / 2), centreY - (height / 2), centreX + (width / 2), centreY + (height / 2), Sigmoid(score[(2 * a) + 1] - score[2 * a]));
        });

    [Fact]
    public void Points_with_distances() => Check(
        """
        { "mean": [127.5, 127.5, 127.5], "pixelScale": 0.0078125, "boxes": "Distances", "scores": "Sigmoid",
          "levels": [{ "stride": 8, "anchors": 2, "centre": 0, "boxScale": 0.5, "boxes": "boxes", "scores": "scores" }] }
        """,
        scoreMaps: 1,
        boxScale: 0.5f,
        (x, y, a, box, score, _) => ((x - box[0]) * Stride, (y - box[1]) * Stride, (x + box[2]) * Stride, (y + box[3]) * Stride, Sigmoid(score[a])));

    [Fact]
    public void Centres_with_objectness() => Check(
        """
        { "pixelOrder": "Bgr", "scores": "GeometricMean", "levels": [{ "stride": 8, "anchors": 2, "centre": 0, "boxes": "boxes", "scores": "scores", "objectness": "objectness" }] }
        """,
        scoreMaps: 1,
        boxScale: 1,
        (x, y, a, box, score, objectness) =>
        {
            var (centreX, centreY, width, height) = ((x + box[0]) * Stride, (y + box[1]) * Stride, MathF.Exp(box[2]) * Stride, MathF.Exp(box[3]) * Stride);
            return (centreX - (width / 2), centreY - (height / 2), centreX + (width / 2), centreY + (height / 2), MathF.Sqrt(Sigmoid(score[a]) * Sigmoid(objectness[a])));
        });

    [Fact]
    public void What_a_description_gets_wrong_is_told()
    {
        Fails("{", "is no description of a head");
        Fails("""{ "levels": [], "other": 1 }""", "is no description of a head");
        Fails("""{ "levels": [{ "stride": 8, "boxes": "nowhere", "scores": "scores" }] }""", "'nowhere'", "'boxes'");
        Fails("""{ "levels": [{ "stride": 8, "anchors": 3, "boxes": "boxes", "scores": "scores" }] }""", "8 channels, expected 12");
        Fails("""{ "pixelScale": 0, "levels": [] }""", "pixelScale");
        Fails("""{ "levels": [] }""", "'levels' is empty");
        Fails("""{ "pixelorder": "Bgr" }""", "'pixelorder'");
        Fails("""{ "mean": [1] }""", "'mean'");
        Fails("""{ "levels": [{ "stride": 8, "centre": 2, "boxes": "boxes", "scores": "scores" }] }""", "'centre'");
        Fails("""{ "scores": "GeometricMean", "levels": [{ "stride": 8, "anchors": 2, "boxes": "boxes", "scores": "scores" }] }""", "'objectness'");
        Fails("""{ "pixelOrder": "BGR" }""", "'pixelOrder'", "Rgb, Bgr");
        Fails("""{ "levels": [{ "stride": 8, "anchors": 2147483647, "boxes": "boxes", "scores": "scores" }] }""", "'anchors' is 2147483647");
        Fails("""{ "levels": [{ "stride": 8, "anchors": 2, "boxes": "boxes", "scores": "scores", "objectness": "objectness" }] }""", "'objectness'");
        Fails("""{ "boxes": "Distances", "variances": [0.1, 0.2], "levels": [{ "stride": 8, "anchors": 2, "boxes": "boxes", "scores": "scores" }] }""", "'variances'");

        void Fails(string json, params string[] messages)
        {
            var path = _folder.Write("head.json", json);
            var message = Assert.Throws<InvalidFileException>(() => OnnxImporter.Import("m.onnx", Detector(1), new OnnxImportOptions { Head = path })).Message;
            Assert.Contains(path, message, StringComparison.Ordinal);
            Assert.All(messages, m => Assert.Contains(m, message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Pixels_are_as_they_are_or_as_a_file_without_levels_says()
    {
        Assert.Equal(new PixelFormat([0, 0, 0], PixelOrder.Rgb), OnnxImporter.Import("m.onnx", Detector(1), new OnnxImportOptions()).Model.Network.Head.Pixels);
        var path = _folder.Write("pixels.json", "\uFEFF{ \"pixelOrder\": \"Bgr\", \"mean\": [1, 2, 3], \"pixelScale\": 0.5 }");
        var head = OnnxImporter.Import("m.onnx", Detector(1), new OnnxImportOptions { Head = path }).Model.Network.Head;
        Assert.Equal(new PixelFormat([1, 2, 3], PixelOrder.Bgr), head.Pixels);
        Assert.Empty(head.Levels);
    }

    private void Check(
        string json, int scoreMaps, float boxScale, Func<int, int, int, float[], float[], float[], (float X1, float Y1, float X2, float Y2, float Score)> decode)
    {
        var file = Detector(scoreMaps);
        var model = OnnxImporter.Import("m.onnx", file, new OnnxImportOptions { Head = _folder.Write("head.json", json) }).Model;
        var path = _folder.PathOf("m.safetensors");
        ModelFile.Write(path, model);
        model = ModelFile.Read(path);
        var image = new RgbImage(Width, Height);
        new Random(3).NextBytes(image.Pixels);

        // Every anchor, none suppressed.
        var options = new DetectorOptions { Confidence = 0, Iou = 1, MaxDetections = 1000, TopK = 1000 };
        using var detector = new FaceDetector(model, options);
        var found = detector.Detect(image);

        var head = model.Network.Head;
        var scale = json.Contains("pixelScale", StringComparison.Ordinal) ? 0.0078125f : 1;
        var input = new float[3 * Height * Width];
        for (var i = 0; i < Height * Width; i++)
        {
            for (var c = 0; c < 3; c++) input[((head.Pixels.Order == PixelOrder.Rgb ? c : 2 - c) * Height * Width) + i] = (image.Pixels[(3 * i) + c] - head.Pixels.Mean[c]) * scale;
        }

        using var onnx = new OnnxRun(file);
        var maps = onnx.Run(input, 1, 3, Height, Width);
        var expected = new List<(float X1, float Y1, float X2, float Y2, float Score)>();
        var (rows, columns) = (Height / Stride, Width / Stride);
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
            {
                for (var a = 0; a < 2; a++)
                    expected.Add(decode(x, y, a, [.. At("boxes", x, y, 8).Skip(4 * a).Take(4).Select(v => v * boxScale)], At("scores", x, y, 2 * scoreMaps), At("objectness", x, y, 2)));
            }
        }

        Assert.Equal(expected.Count, found.Count);
        foreach (var (e, f) in expected.OrderByDescending(e => e.Score).Zip(found))
        {
            Assert.Equal(e.Score, f.Score, 1e-4);
            Assert.Contains(expected, o => Math.Abs(o.X1 - f.X1) < 0.02 && Math.Abs(o.Y1 - f.Y1) < 0.02 && Math.Abs(o.X2 - f.X2) < 0.02 && Math.Abs(o.Y2 - f.Y2) < 0.02);
        }

        // Its graph comes out as it went in, also when it is smaller.
        var same = new OnnxExportOptions();
        Assert.InRange(ExportCheck.Run(model, OnnxExporter.Export(model, same), same), 0, ExportCheck.Tolerance);
        using var again = new OnnxRun(OnnxExporter.Export(model, same));
        foreach (var (name, value) in again.Run(input, 1, 3, Height, Width)) Assert.All(value.Data.Zip(maps[name].Data), v => Assert.Equal(v.First, v.Second, 1e-3));
        var compacted = VerifiedCompaction.Of(new PruningPlan(0.3).Select(model, new L1Norm()).Apply(model)).Model;
        Assert.True(NetworkCosts.CountParameters(compacted.Network) < NetworkCosts.CountParameters(model.Network));
        if (!head.IsSsd) Assert.Throws<NetworkException>(() => OnnxExporter.Export(model, new OnnxExportOptions { Output = OnnxOutput.Boxes }));

        float[] At(string name, int x, int y, int channels) => [.. Enumerable.Range(0, channels).Select(c => maps[name].Data[(((c * rows) + y) * columns) + x])];
    }

    private static float Sigmoid(float logit) => 1 / (1 + MathF.Exp(-logit));

    private static byte[] Detector(int scoreMaps)
    {
        var draft = new OnnxDraft(9, 1, 3, -1, -1);
        var x = draft.Numbers("first.weight", 0.02f, 8, 3, 3, 3);
        x = draft.Add("Relu", [draft.Graph.Add("Conv", "first", ["image", x], Integers("pads", 1, 1, 1, 1), Integers("strides", 4, 4))]);
        x = draft.Add("Relu", [draft.Conv(x, 8, 8, 3, 3, attributes: [Integers("pads", 1, 1, 1, 1), Integers("strides", 2, 2)])]);
        return draft.Outputs(Head("boxes", 8), Head("scores", 2 * scoreMaps), Head("objectness", 2)).File();

        string Head(string name, int channels) => draft.Graph.Add("Conv", name, [x, draft.Numbers($"{name}.weight", 0.2f, channels, 8, 1, 1), draft.Numbers($"{name}.bias", 0.3f, channels)]);
    }
}
