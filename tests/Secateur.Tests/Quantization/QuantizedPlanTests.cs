using Secateur.Graph;
using Secateur.Kernels.Simd;
using Secateur.Lowering;
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
        var errors = new List<double>();
        for (var seed = 0; seed < 150; seed++)
        {
            Check(HardToPlanNetworks.Create(seed), seed, errors);
            Check(Compactor.Compact(RandomNetworks.Create(seed)), seed, errors);
            Check(HardToPlanNetworks.CreateImported(seed), seed, errors);
        }

        // What is a small difference of large values keeps their rounding: few outputs.
        errors.Sort();
        Assert.True(errors.Count > 300, $"only {errors.Count} outputs");
        Assert.True(errors[errors.Count / 2] < 0.02, $"half are off by {errors[errors.Count / 2]:P2} or more");
        Assert.True(errors[errors.Count * 9 / 10] < 0.2, $"a tenth is off by {errors[errors.Count * 9 / 10]:P2} or more");
    }

    [Fact]
    public void Channels_made_alike_compute_the_same_to_the_last_bit()
    {
        var form = ModelPasses.Inference.Run(RandomWeights.Fill(EResFd.Create(), 5));
        var equalization = new Equalization(form.Network);
        var random = new Random(5);
        var largest = equalization.Nodes.ToDictionary(node => node, node => Enumerable.Range(0, form.Network.ChannelsOf(node)).Select(_ => random.NextSingle() * 100).ToArray());
        var alike = equalization.Run(form, largest);
        Assert.True(largest.Count > 20);
        Assert.NotEqual(form.Weights["base.conv1.0.weight"].Data, alike.Weights["base.conv1.0.weight"].Data);
        var image = Pixels(48, 64, 5);
        var expected = Run(form, image, SimdLevel.Vector256);
        foreach (var (name, values) in Run(alike, image, SimdLevel.Vector256)) Assert.Equal(expected[name], values);
    }

    [Fact]
    public void Layers_that_stay_in_floats_do_so_and_the_others_go_on_in_integers()
    {
        // Trained weights, which do not make much of little as random ones do.
        var model = ModelFile.Read(Path.Combine(SharedData.RepositoryRoot, "models", "eresfd.safetensors"));
        var image = Pixels(64, 80, 3);
        var quantizer = Calibrate(model, Bytes(image));
        var expected = ReferenceExecutor.Run(model, image);
        foreach (var layer in quantizer.Layers.Where((_, i) => i % 9 == 0))
        {
            var mixed = quantizer.Quantize(new HashSet<string> { layer });
            Assert.Equal(quantizer.Layers.Count - 1, mixed.Quantization!.WeightScales.Count);
            Assert.DoesNotContain(layer + ".weight", mixed.Quantization.WeightScales.Keys);
            var results = Run(mixed, image, SimdLevel.Vector256);
            foreach (var output in model.Network.Outputs) Assert.True(Error(expected[output.Node], results[output.Name]) < 0.1, $"{layer}: {output.Name} is off by {Error(expected[output.Node], results[output.Name]):P1}");
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

    /// <summary>Adds how far each output is off, the same with all widths of vectors.</summary>
    private static void Check(Model model, int seed, List<double> errors)
    {
        if (model.Network.Nodes.OfType<InputNode>().Single().Channels != 3) return;
        var (height, width) = (new Random(seed).Next(8, 24), new Random(seed).Next(8, 40));
        try
        {
            NetworkShapes.Infer(model.Network, height, width);
        }
        catch (NetworkException)
        {
            return;
        }

        var image = Pixels(height, width, seed);
        var quantized = Calibrate(model, Bytes(image)).Quantize(new HashSet<string>());
        var expected = ReferenceExecutor.Run(model, image);
        foreach (var level in Levels)
        {
            var whole = Run(quantized, image, level);
            errors.AddRange(model.Network.Outputs.Select(output => Error(expected[output.Node], whole[output.Name])));
            foreach (var (name, values) in PlanRun.Run(new LoweredModel(quantized, level), image, parts: 3))
                Assert.True(values.SequenceEqual(whole[name]), $"seed {seed}, {level}: {name} differs in 3 parts");
        }
    }

    private static Dictionary<string, float[]> Run(Model model, Volume image, SimdLevel level) => PlanRun.Run(new LoweredModel(model, level), image, parts: 1);

    private static double Error(Volume expected, float[] actual)
    {
        var error = Math.Sqrt(expected.Data.Zip(actual, (x, y) => (x - y) * (x - y)).Sum());
        return error == 0 ? 0 : error / Math.Sqrt(expected.Data.Sum(v => v * v));
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
