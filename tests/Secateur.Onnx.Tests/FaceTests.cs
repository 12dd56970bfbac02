using Secateur.Detection;
using Secateur.Graph;
using Secateur.Onnx.Export;
using Secateur.TestSupport;
using Secateur.Weights;
using Secateur.Zoo;
using Xunit;

namespace Secateur.Onnx.Tests;

/// <summary>Boxes and faces of exported detectors, beside those of <see cref="FaceDetector"/>.</summary>
public sealed class FaceTests
{
    private const double Pixels = 0.05;
    private static readonly DetectorOptions Options = new() { Confidence = 0.1f, Iou = 0.4f, MaxDetections = 50 };

    public static TheoryData<string, PixelOrder> Models => new()
    {
        { "eresfd", PixelOrder.Rgb },
        { "eresfd-50", PixelOrder.Rgb },
        { "eresfd", PixelOrder.Bgr },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Faces_of_pixels_are_those_of_the_detector(string name, PixelOrder order)
    {
        var model = Load(name, order);
        using var detector = new FaceDetector(model, Options);
        using var onnx = new OnnxRun(OnnxExporter.Export(model, new OnnxExportOptions
        {
            Input = OnnxInput.UInt8,
            Output = OnnxOutput.Faces,
            Confidence = Options.Confidence,
            Iou = Options.Iou,
            MaxDetections = Options.MaxDetections,
        }));
        var (height, width) = (121, 167);
        byte[][] images = [Noise(height, width, 1), Noise(height, width, 2), Noise(height, width, 3)];
        var found = onnx.Run([.. images.SelectMany(i => i)], images.Length, height, width, 3);
        var total = 0;
        for (var n = 0; n < images.Length; n++)
        {
            var expected = detector.Detect(images[n], width, height);
            var rows = Enumerable.Range(0, found["batch_index"].Data.Length).Where(m => found["batch_index"].Data[m] == n).ToArray();
            Assert.Equal(expected.Count, rows.Length);
            Assert.Equal([.. rows.OrderByDescending(row => found["scores"].Data[row])], rows);

            // Faces whose scores differ in the last bits may stand in either order.
            foreach (var face in expected)
            {
                float[] own = [face.Score, face.X1, face.Y1, face.X2, face.Y2];
                var distances = rows.Select(row => own.Zip(found["boxes"].Data.Skip(4 * row).Take(4).Prepend(found["scores"].Data[row]), (a, b) => Math.Abs(a - b)).ToArray());
                Assert.Contains(distances, d => d[0] <= 1e-4 && d[1..].Max() <= Pixels);
            }

            total += expected.Count;
        }

        Assert.True(total > 3, $"only {total} faces to compare");
    }

    [Fact]
    public void Boxes_are_those_of_all_anchors()
    {
        var model = Load("eresfd-50", PixelOrder.Rgb);
        using var onnx = new OnnxRun(OnnxExporter.Export(model, new OnnxExportOptions { Output = OnnxOutput.Boxes, Size = (96, 128) }));
        var input = new float[3 * 96 * 128];
        foreach (ref var value in input.AsSpan()) value = 100 * RandomWeights.Normal(new Random(5));
        var found = onnx.Run(input, 1, 3, 96, 128);
        var anchors = new[] { 4, 8, 16, 32, 64, 128 }.Sum(s => ((96 + s - 1) / s) * ((128 + s - 1) / s));
        Assert.Equal([1, anchors, 4], found["boxes"].Shape);
        Assert.Equal([1, anchors], found["scores"].Shape);
        Assert.All(found["scores"].Data, score => Assert.InRange(score, 0, 1));
        Assert.All(found["boxes"].Data.Chunk(4), box => Assert.True(box[0] < box[2] && box[1] < box[3]));
    }

    [Fact]
    public void The_file_says_what_it_holds()
    {
        var model = ModelZoo.Get("eresfd-50").Load();
        using var onnx = new OnnxRun(OnnxExporter.Export(model, new OnnxExportOptions()));
        Assert.Equal("eresfd", onnx.Metadata["architecture"]);
        Assert.Equal("MIT", onnx.Metadata["licence"]);
        Assert.Equal("[123,117,104]", onnx.Metadata["mean"]);
        Assert.Equal("RGB", onnx.Metadata["pixel_order"]);
        Assert.StartsWith("""[{"stride":4,"anchorSizes":[16],"loc":"loc_0","scores":""", onnx.Metadata["levels"], StringComparison.Ordinal);
        Assert.Equal(model.Info.Provenance, onnx.Metadata["provenance"].Split('\n'));
    }

    [Fact]
    public void What_cannot_be_is_an_error()
    {
        var model = TinyDetector.Create();
        Assert.Throws<ArgumentOutOfRangeException>(() => OnnxExporter.Export(model, new OnnxExportOptions { Opset = 12 }));
        var classifier = model.With(DetectorHead.None);
        Assert.Throws<NetworkException>(() => OnnxExporter.Export(classifier, new OnnxExportOptions { Output = OnnxOutput.Boxes }));
        Assert.Throws<NetworkException>(() => OnnxExporter.Export(ModelZoo.Get("eresfd").Load(), new OnnxExportOptions { Size = (0, 5) }));
    }

    private static Model Load(string name, PixelOrder order)
    {
        var model = ModelZoo.Get(name).Load();
        return model.With(model.Network.Head with { Pixels = model.Network.Head.Pixels with { Order = order } });
    }

    // Blocks of noise, which some anchors take for faces.
    private static byte[] Noise(int height, int width, int seed)
    {
        var blocks = new byte[1000];
        new Random(seed).NextBytes(blocks);
        var image = new byte[height * width * 3];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                for (var c = 0; c < 3; c++) image[(((y * width) + x) * 3) + c] = blocks[((y / 16 * 30) + (x / 16 * 3) + c) % 1000];
            }
        }

        return image;
    }
}
