using Secateur.Graph;
using Secateur.Models;
using Secateur.Onnx.Export;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Pruning.Criteria;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Onnx.Tests;

/// <summary>The heads of exported networks in ONNX Runtime, beside the product's own.</summary>
public sealed class HeadTests
{
    private const double Tolerance = 1e-4;

    public enum Form
    {
        Original,
        Masked,
        Compacted,
    }

    [Theory]
    [InlineData("eresfd", Form.Original)]
    [InlineData("eresfd", Form.Masked)]
    [InlineData("eresfd", Form.Compacted)]
    [InlineData("extd32", Form.Original)]
    [InlineData("extd32", Form.Masked)]
    [InlineData("extd32", Form.Compacted)]
    public void The_heads_are_those_of_the_product(string architecture, Form form)
    {
        var model = Create(architecture, form);
        using var onnx = new OnnxRun(OnnxExporter.Export(model, new OnnxExportOptions()));
        foreach (var (images, height, width) in new[] { (1, 96, 128), (3, 77, 131), (1, 211, 65) }) AssertSame(model, onnx, images, height, width);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Random_networks_give_the_same(bool imported)
    {
        var compared = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var model = (imported, seed % 2) switch
            {
                (false, 0) => RandomNetworks.CreateDense(seed),
                (false, _) => Compactor.Compact(RandomNetworks.Create(seed)),
                (true, 0) => RandomNetworks.CreateDenseImported(seed),
                (true, _) => Compactor.Compact(RandomNetworks.CreateImported(seed)),
            };
            try
            {
                NetworkShapes.Infer(model.Network, 13, 10);
            }
            catch (NetworkException)
            {
                continue;
            }

            var options = new OnnxExportOptions { Opset = 13 + (seed % 9) };
            var file = OnnxExporter.Export(model, options);
            Assert.InRange(ExportCheck.Run(model, file, options), 0, ExportCheck.Tolerance);
            using var onnx = new OnnxRun(file);
            AssertSame(model, onnx, 1 + (seed % 2), 13, 10, $"seed {seed}: ");
            compared++;
        }

        Assert.True(compared >= 100, $"only {compared} networks take the image");
    }

    [Fact]
    public void A_fixed_size_gives_the_same()
    {
        var model = Create("eresfd", Form.Compacted);
        using var onnx = new OnnxRun(OnnxExporter.Export(model, new OnnxExportOptions { Size = (65, 93) }));
        AssertSame(model, onnx, 1, 65, 93);
        Assert.ThrowsAny<Exception>(() => onnx.Run(new float[3 * 64 * 93], 1, 3, 64, 93));
    }

    internal static Model Create(string architecture, Form form)
    {
        var model = RandomWeights.Fill(Architectures.Create(architecture), 7);
        if (form == Form.Original) return model;
        var masked = new PruningPlan(0.5).Select(model, new GeometricMedian()).Apply(model);
        return form == Form.Masked ? masked : Compactor.Compact(masked);
    }

    private static void AssertSame(Model model, OnnxRun onnx, int images, int height, int width, string what = "")
    {
        var channels = model.Network.Nodes.OfType<InputNode>().Single().Channels;
        var random = new Random(height);
        var input = new float[images * channels * height * width];
        foreach (ref var value in input.AsSpan()) value = RandomWeights.Normal(random);
        var found = onnx.Run(input, images, channels, height, width);
        using var session = new InferenceEngine(model).CreateSession();
        for (var n = 0; n < images; n++)
        {
            session.Run(input.AsSpan(n * channels * height * width, channels * height * width), height, width);
            foreach (var output in model.Network.Outputs)
            {
                var shape = session.OutputShape(output.Name);
                Assert.Equal([images, shape.Channels, shape.Height, shape.Width], found[output.Name].Shape);
                var expected = new float[shape.Channels * shape.Area];
                session.CopyOutput(output.Name, expected);
                var largest = Math.Max(1, expected.Max(Math.Abs));
                var difference = expected.Zip(found[output.Name].Data.Skip(n * expected.Length), (a, b) => Math.Abs(a - b)).Max();
                Assert.True(difference <= Tolerance * largest, $"{what}'{output.Name}' of image {n} at {height} x {width} differs by {difference:E2}; largest value {largest:E2}");
            }
        }
    }
}
