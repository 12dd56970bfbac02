using System.Collections.Frozen;
using System.Text.Json;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights;

namespace Secateur.Models;

/// <summary>
/// How a quantized model stands in its file: a weight NAME as I8, its filters' scales as F32 by the name NAME_scale, and how maps are held in the metadata.
/// </summary>
internal static class QuantizationFile
{
    private const string ScaleSuffix = "_scale";

    /// <summary>How maps are held, as JSON: by node, scale and zero.</summary>
    public static string WriteMaps(ModelQuantization quantization) => NetworkJson.Write(json =>
    {
        json.WriteStartObject();
        foreach (var (node, map) in quantization.Maps.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            json.WriteStartArray(node);
            json.WriteNumberValue(map.Scale);
            json.WriteNumberValue(map.Zero);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    });

    /// <summary>Reads what <see cref="WriteMaps"/> wrote.</summary>
    /// <exception cref="JsonException">The text is not such JSON.</exception>
    public static FrozenDictionary<string, MapQuantization> ReadMaps(string text)
    {
        using var document = JsonMembers.Parse(text);
        var maps = new Dictionary<string, MapQuantization>();
        foreach (var map in JsonMembers.Expect(document.RootElement, JsonValueKind.Object, "maps").EnumerateObject())
        {
            maps[map.Name] = JsonMembers.ListOf(map.Value, map.Name, e => JsonMembers.NumberOf(e, map.Name)) is [var scale, >= 0 and <= byte.MaxValue and var zero] && (byte)zero == zero
                ? new MapQuantization(scale, (byte)zero)
                : throw new JsonException($"'{map.Name}' is no scale with a zero from 0 to 255");
        }

        return maps.ToFrozenDictionary();
    }

    /// <summary>A model's tensors as they stand in the file; of those that are quantized the integers apart.</summary>
    public static (IEnumerable<KeyValuePair<string, Tensor>> Tensors, IReadOnlyDictionary<string, sbyte[]> Integers) Write(Model model)
    {
        var tensors = new List<KeyValuePair<string, Tensor>>();
        var integers = new Dictionary<string, sbyte[]>();
        foreach (var name in model.Network.Parameters.Select(p => p.Name))
        {
            tensors.Add(KeyValuePair.Create(name, model.Weights[name]));
            if (model.Quantization?.WeightScales.GetValueOrDefault(name) is not { } scales) continue;
            integers.Add(name, model.Quantization.IntegersOf(name, model.Weights[name]));
            tensors.Add(KeyValuePair.Create(name + ScaleSuffix, new Tensor([scales.Length], scales)));
        }

        return (tensors, integers);
    }

    /// <summary>Takes the scales out of a file's tensors and multiplies the weights by them.</summary>
    /// <exception cref="NetworkException">A scale belongs to no weight, or the weight is of no small whole numbers.</exception>
    public static (IReadOnlyDictionary<string, Tensor> Tensors, FrozenDictionary<string, float[]> Scales) Read(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var plain = new OrderedDictionary<string, Tensor>(StringComparer.Ordinal);
        var scales = new Dictionary<string, float[]>();
        foreach (var (name, tensor) in tensors)
        {
            if (!name.EndsWith(ScaleSuffix, StringComparison.Ordinal)) plain.Add(name, tensor);
            else scales.Add(name[..^ScaleSuffix.Length], tensor.Data);
        }

        foreach (var (name, values) in scales)
        {
            if (!plain.TryGetValue(name, out var whole) || whole.Shape.Count != 4 || whole.Shape[0] != values.Length)
                throw new NetworkException($"the {values.Length} scales '{name}{ScaleSuffix}' do not fit a weight '{name}'");
            plain[name] = Multiply(name, whole, values);
        }

        return (plain, scales.ToFrozenDictionary());
    }

    private static Tensor Multiply(string name, Tensor whole, float[] scales)
    {
        var weight = whole.Clone();
        var size = weight.Length / Math.Max(1, scales.Length);
        for (var i = 0; i < weight.Length; i++)
        {
            ref var value = ref weight.Data[i];
            if (!float.IsInteger(value) || Math.Abs(value) > ModelQuantization.MostWeight)
                throw new NetworkException($"'{name}' holds {value}, expected whole numbers up to {ModelQuantization.MostWeight} in magnitude");
            value *= scales[i / size];
        }

        return weight;
    }
}
