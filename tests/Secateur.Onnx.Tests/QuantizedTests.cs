using Secateur.Onnx.Export;
using Secateur.Pixels;
using Secateur.Quantization;
using Secateur.Runtime;
using Secateur.Weights;
using Secateur.Zoo;
using Xunit;

namespace Secateur.Onnx.Tests;

/// <summary>Quantized models in ONNX Runtime, beside the product's own integers.</summary>
public sealed class QuantizedTests
{
    private const int Height = 96, Width = 128;

    /// <summary>As it stands, the file rounds every value to the bytes that the product has; replaced by operators of integers, biases are
    /// rounded, too, and values next to the middle between two bytes go to the other side: no farther from the product than that is from the floats.</summary>
    [Theory]
    [InlineData("eresfd", 0.6)]
    [InlineData("eresfd-50", 1)]
    public void The_heads_are_those_of_the_product(string name, double share)
    {
        var floats = ModelZoo.Get(name).Load();
        RgbImage[] images = [.. Enumerable.Range(0, 4).Select(Image)];
        var quantizer = Quantizer.Calibrate(floats, images.Length, i => images[i]);
        var model = quantizer.Quantize(quantizer.Layers.Take(1).ToHashSet());
        var options = new OnnxExportOptions { Input = OnnxInput.UInt8, Opset = 17 };
        var file = OnnxExporter.Export(model, options);
        Assert.True(file.Content.Length < share * OnnxExporter.Export(floats, options).Content.Length, $"{file.Content.Length} bytes: the file holds floats");
        var (ours, was) = (Results(model, images[0]), Results(floats, images[0]));
        foreach (var (literally, most) in new[] { (true, 1e-3), (false, 1) })
        {
            using var onnx = new OnnxRun(file, literally);
            var found = onnx.Run(images[0].Pixels, 1, Height, Width, 3);
            foreach (var output in model.Network.Outputs.Select(o => o.Name))
            {
                var (difference, step) = (Error(ours[output], found[output].Data), Error(ours[output], was[output]));
                Assert.True(difference <= (most * step) + 1e-6, $"'{output}' differs by {difference:E2}, from the floats by {step:E2}");
            }
        }
    }

    private static double Error(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => (double)(x - y) * (x - y)).Average());

    private static Dictionary<string, float[]> Results(Model model, RgbImage image)
    {
        using var session = new InferenceEngine(model).CreateSession();
        session.Run(image.Pixels, image.Height, image.Width);
        return model.Network.Outputs.ToDictionary(o => o.Name, o =>
        {
            var shape = session.OutputShape(o.Name);
            var values = new float[shape.Channels * shape.Area];
            session.CopyOutput(o.Name, values);
            return values;
        });
    }

    private static RgbImage Image(int seed)
    {
        // Blotches, so that the network sees more than noise.
        var (random, image) = (new Random(seed), new RgbImage(Width, Height));
        for (var blot = 0; blot < 40; blot++)
        {
            var (left, top, size, colour) = (random.Next(Width), random.Next(Height), random.Next(4, 40), new byte[3]);
            random.NextBytes(colour);
            for (var y = top; y < Math.Min(Height, top + size); y++)
            {
                for (var x = left; x < Math.Min(Width, left + size); x++) colour.CopyTo(image.Pixels, ((y * Width) + x) * 3);
            }
        }

        return image;
    }
}
