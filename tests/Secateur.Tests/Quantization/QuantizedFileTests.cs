using System.Collections.Frozen;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Quantization;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Quantization;

/// <summary>Quantized models as values and as files.</summary>
public class QuantizedFileTests
{
    private static readonly Model Quantized = Quantizer.Calibrate(RandomWeights.Fill(EResFd.Create(), 1), 1, _ => new RgbImage(64, 64, new byte[64 * 64 * 3])).Quantize(new HashSet<string>());

    [Fact]
    public void A_quantized_model_is_a_third_of_the_file_and_comes_back_as_it_was()
    {
        using var folder = new TemporaryFolder();
        var (floats, integers) = (folder.PathOf("f.safetensors"), folder.PathOf("i.safetensors"));
        ModelFile.Write(floats, RandomWeights.Fill(EResFd.Create(), 1));
        ModelFile.Write(integers, Quantized);
        Assert.True(new FileInfo(integers).Length < new FileInfo(floats).Length / 3.0);
        var read = ModelFile.Read(integers);
        Assert.Equal(NetworkJson.Write(Quantized.Network), NetworkJson.Write(read.Network));
        foreach (var (name, weight) in Quantized.Weights) Assert.Equal(weight.Data, read.Weights[name].Data);
        Assert.Equal(Quantized.Quantization!.Maps.OrderBy(m => m.Key), read.Quantization!.Maps.OrderBy(m => m.Key));
        foreach (var (name, scales) in Quantized.Quantization.WeightScales) Assert.Equal(scales, read.Quantization.WeightScales[name]);
    }

    [Fact]
    public void Its_weights_are_written_as_bytes()
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("i.safetensors");
        ModelFile.Write(path, Quantized);
        var header = File.ReadAllText(path);
        Assert.Contains("\"base.conv1.0.weight\":{\"dtype\":\"I8\"", header, StringComparison.Ordinal);
        Assert.Contains("\"base.conv1.0.weight_scale\":{\"dtype\":\"F32\",\"shape\":[8]", header, StringComparison.Ordinal);
        Assert.All(Safetensors.Read(path).Tensors["base.conv1.0.weight"].Data, w => Assert.InRange(w, -ModelQuantization.MostWeight, ModelQuantization.MostWeight));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Refuses(file => file.Tensors["base.conv1.0.weight"].Data[0] = 65, "'base.conv1.0.weight' holds 65, expected whole numbers up to 64");
        Refuses(file => file.Tensors["base.conv1.0.weight"].Data[0] = 0.5f, "'base.conv1.0.weight' holds 0.5");
        Refuses(file => file.Tensors["base.conv1.0.weight_scale"].Data[3] = 0, "scale 3 of 'base.conv1.0.weight' is 0");
        Refuses(file => file.Tensors["base.conv1.0.weight_scale"].Data[3] = float.NaN, "scale 3 of 'base.conv1.0.weight'");
        Refuses(file => file.Tensors.Remove("base.conv1.0.weight"), "do not fit a weight 'base.conv1.0.weight'");
        Refuses(file => file.Tensors["base.conv1.0.weight_scale"] = new Tensor(7), "do not fit a weight 'base.conv1.0.weight'");
        Refuses(file => file.Metadata["secateur.quantization"] = "AAAA", "metadata secateur.quantization");
        foreach (var maps in new[] { "null", "[]", "{\"input\":[1]}", "{\"input\":[1,256]}", "{\"input\":[1,0.5]}", "{\"input\":[1,-1]}", "{\"input\":1}" })
            Refuses(file => file.Metadata["secateur.quantization"] = PackedText.Pack(maps), "metadata secateur.quantization");
        Refuses(file => file.Metadata["secateur.quantization"] = PackedText.Pack("{\"nobody\":[1,0]}"), "there is no node 'nobody'");
        Refuses(file => file.Metadata["secateur.quantization"] = PackedText.Pack("{\"input\":[-1,0]}"), "the scale of the map 'input' is -1");
    }

    [Fact]
    public void A_network_with_batch_norms_is_none_to_quantize_by_hand()
    {
        var model = TinyDetector.Create();
        var nothing = new ModelQuantization(FrozenDictionary<string, float[]>.Empty, FrozenDictionary<string, MapQuantization>.Empty);
        Assert.Contains("batch norm", Assert.Throws<NetworkException>(() => new Model(model.Network, model.Weights, model.Info, nothing)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zero_is_exact_in_every_map()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var (least, most) = ((random.NextSingle() - 0.7f) * 10, (random.NextSingle() - 0.3f) * 10);
            var map = MapQuantization.Of(least, Math.Max(least, most));
            Assert.True(map.Scale > 0);
            Assert.True((0 - map.Zero) * map.Scale <= Math.Min(least, 0) + map.Scale);
            Assert.True((255 - map.Zero) * map.Scale >= Math.Max(most, 0) - map.Scale || most < least);
        }

        Assert.Equal(new MapQuantization(1, 0), MapQuantization.Of(0, 0));
    }

    [Fact]
    public void A_quantized_model_is_not_quantized_again() =>
        Assert.Throws<ArgumentException>(() => Quantizer.Calibrate(Quantized, 1, _ => new RgbImage(64, 64, new byte[64 * 64 * 3])));

    [Fact]
    public void Sensitivity_names_every_layer_once_and_the_worst_first()
    {
        var random = new Random(1);
        var pixels = new byte[48 * 48 * 3];
        random.NextBytes(pixels);
        var quantizer = Quantizer.Calibrate(TinyDetector.Create(), 1, _ => new RgbImage(48, 48, pixels));
        var measured = quantizer.MeasureSensitivity();
        Assert.Equal(quantizer.Layers.Order(), measured.Select(m => m.Layer).Order());
        Assert.Equal(measured.OrderByDescending(m => m.Error), measured);
        Assert.All(measured, m => Assert.InRange(m.Error, double.Epsilon, 0.1));
    }

    private static void Refuses(Action<Draft> change, string problem)
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("i.safetensors");
        ModelFile.Write(path, Quantized);
        var read = Safetensors.Read(path);
        var draft = new Draft(read.Tensors.ToDictionary(), read.Metadata.ToDictionary());
        change(draft);
        Safetensors.Write(path, draft.Tensors, draft.Metadata);
        Assert.Contains(problem, Assert.Throws<InvalidFileException>(() => ModelFile.Read(path)).Message, StringComparison.Ordinal);
    }

    private sealed record Draft(Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata);
}
