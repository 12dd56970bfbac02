using Secateur.Graph;
using Secateur.Kernels.Simd;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Pruning.Compaction;
using Secateur.Quantization;
using Secateur.Reference;
using Secateur.Runtime.Planning;
using Secateur.TestSupport;
using Secateur.Tests.Runtime;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Quantization;

/// <summary>Plans of quantized models.</summary>
public class QuantizedPlanTests
{
    private static readonly SimdLevel[] Levels = Enum.GetValues<SimdLevel>();

    [Theory]
    [InlineData(96, 96)]
    [InlineData(65, 131)]
    public void EResFD_in_integers_gives_what_the_reference_gives_bit_for_bit(int height, int width) =>
        CheckExactly(Quantize(RandomWeights.Fill(EResFd.Create(), 1), 1), height, width);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_compacted_EResFD_in_integers_gives_what_the_reference_gives_bit_for_bit(int seed) =>
        CheckExactly(Quantize(Compactor.Compact(Masked(RandomWeights.Fill(EResFd.Create(), seed), seed)), seed), 70, 97);

    [Fact]
    public void Random_networks_in_integers_are_near_what_they_are_in_floats()
    {
        var runs = 0;
        for (var seed = 0; seed < 150; seed++) runs += CheckNear(HardToPlanNetworks.Create(seed), seed) + CheckNear(Compactor.Compact(RandomNetworks.Create(seed)), seed);
        Assert.True(runs > 150, $"only {runs} runs");
    }

    [Fact]
    public void Layers_that_stay_in_floats_do_so_and_the_others_go_on_in_integers()
    {
        var model = RandomWeights.Fill(EResFd.Create(), 3);
        var quantizer = Calibrate(model, 3);
        foreach (var layer in quantizer.Layers.Where((_, i) => i % 9 == 0))
        {
            var mixed = quantizer.Quantize(new HashSet<string> { layer });
            Assert.Equal(quantizer.Layers.Count - 1, mixed.Quantization!.WeightScales.Count);
            Assert.DoesNotContain(layer + ".weight", mixed.Quantization.WeightScales.Keys);
            var image = Pixels(64, 80, 3);
            AssertNear(ReferenceExecutor.Run(model, image), model.Network, Run(mixed, image, SimdLevel.Vector256), 0.3, layer);
        }
    }

    private static void CheckExactly(Model model, int height, int width)
    {
        var image = Pixels(height, width, height);
        var expected = IntegerExecutor.Run(model, image);
        foreach (var level in Levels)
        {
            for (var parts = 1; parts <= 3; parts += 2)
            {
                foreach (var (name, values) in PlanRun.Run(new LoweredModel(model, level), image, parts))
                    Assert.True(values.SequenceEqual(expected[name].Data.Select(v => (float)v)), $"{level}, {parts} parts: {name} differs");
            }
        }
    }

    private static int CheckNear(Model model, int seed)
    {
        if (model.Network.Nodes.OfType<InputNode>().Single().Channels != 3) return 0;
        var (height, width) = (new Random(seed).Next(8, 24), new Random(seed).Next(8, 40));
        try
        {
            NetworkShapes.Infer(model.Network, height, width);
        }
        catch (NetworkException)
        {
            return 0;
        }

        var image = Pixels(height, width, seed);
        var quantized = Calibrate(model, Bytes(image)).Quantize(new HashSet<string>());
        var expected = ReferenceExecutor.Run(model, image);
        foreach (var level in Levels)
        {
            var whole = Run(quantized, image, level);
            AssertNear(expected, model.Network, whole, 0.2, $"seed {seed}, {level}");
            foreach (var (name, values) in PlanRun.Run(new LoweredModel(quantized, level), image, parts: 3))
                Assert.True(values.SequenceEqual(whole[name]), $"seed {seed}, {level}: {name} differs in 3 parts");
        }

        return 1;
    }

    private static Dictionary<string, float[]> Run(Model model, Volume image, SimdLevel level) => PlanRun.Run(new LoweredModel(model, level), image, parts: 1);

    private static void AssertNear(IReadOnlyList<Volume> expected, Network network, Dictionary<string, float[]> actual, double most, string where)
    {
        foreach (var output in network.Outputs)
        {
            var (a, b) = (expected[output.Node].Data, actual[output.Name]);
            var (size, error) = (a.Sum(v => v * v), a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
            Assert.True(error <= most * most * size + 1e-6, $"{where}: {output.Name} is off by {Math.Sqrt(error / size):P1}");
        }
    }

    private static Model Quantize(Model model, int seed) => Calibrate(model, seed).Quantize(new HashSet<string>());

    private static Quantizer Calibrate(Model model, int seed) => Calibrate(model, Bytes(Pixels(96, 128, seed)));

    private static Quantizer Calibrate(Model model, RgbImage image) => Quantizer.Calibrate(model, 1, _ => image);

    /// <summary>A picture as a network is given it: less the mean.</summary>
    private static Volume Pixels(int height, int width, int seed)
    {
        var random = new Random(seed);
        var image = new Volume(3, height, width);
        for (var i = 0; i < image.Data.Length; i++) image.Data[i] = random.Next(256) - PixelFormat.Default.Mean[i / (height * width)];
        return image;
    }

    private static RgbImage Bytes(Volume image)
    {
        var pixels = new byte[image.Data.Length];
        for (var i = 0; i < pixels.Length; i++) pixels[i] = (byte)(image.Data[(i % 3 * image.Height * image.Width) + (i / 3)] + PixelFormat.Default.Mean[i % 3]);
        return new RgbImage(image.Width, image.Height, pixels);
    }

    private static Model Masked(Model model, int seed)
    {
        var random = new Random(seed);
        var weights = model.Weights.ToDictionary();
        foreach (var layer in model.Network.PrunableLayers())
        {
            var weight = weights[layer.Weight].Clone();
            var size = weight.Length / weight.Shape[0];
            for (var o = 1; o < weight.Shape[0]; o++)
            {
                if (random.Next(3) == 0) weight.Data.AsSpan(o * size, size).Clear();
            }

            weights[layer.Weight] = weight;
        }

        return new Model(model.Network, weights, model.Info);
    }
}
