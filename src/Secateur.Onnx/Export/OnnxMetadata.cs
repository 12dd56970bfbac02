using System.Globalization;
using System.Text.Json;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Onnx.Export;

/// <summary>What an ONNX file says of a model beside its graph (metadata_props).</summary>
internal static class OnnxMetadata
{
    /// <summary>Keys and values.</summary>
    public static IEnumerable<(string Key, string Value)> Of(Model model)
    {
        var (network, head) = (model.Network, model.Network.Head);
        yield return ("architecture", network.Architecture);
        if (!head.Levels.IsEmpty)
        {
            var heads = HeadsOf(network).GroupBy(h => h.Node).ToDictionary(h => h.Key, h => h.First().Name);
            yield return ("levels", Json(json =>
            {
                json.WriteStartArray();
                foreach (var level in head.Levels)
                {
                    json.WriteStartObject();
                    json.WriteNumber("stride", level.Stride);
                    json.WritePropertyName("anchorSizes");
                    WriteNumbers(json, [.. level.AnchorSizes.Select(s => (float)s)]);
                    json.WriteString("loc", heads[level.Loc]);
                    json.WriteString("scores", heads[level.Scores]);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }));
            yield return ("anchor_aspect", head.AnchorAspect.ToString(CultureInfo.InvariantCulture));
            yield return ("variances", Json(json => WriteNumbers(json, [head.Variances.Centre, head.Variances.Size])));
        }

        yield return ("mean", Json(json => WriteNumbers(json, head.Pixels.Mean.AsSpan())));
        yield return ("pixel_order", head.Pixels.Order.ToString().ToUpperInvariant());
        if (model.Info.Licence is { } licence) yield return ("licence", licence);
        if (!model.Info.Provenance.IsEmpty) yield return ("provenance", string.Join('\n', model.Info.Provenance));
    }

    /// <summary>The results of a network as it is: its outputs, then what detection reads beside them.</summary>
    public static IEnumerable<NetworkOutput> HeadsOf(Network network) =>
        network.Outputs.Concat(network.Head.Results.Except(network.Outputs.Select(o => o.Node)).Select(node => new NetworkOutput(network.Nodes[node].Name, node)));

    private static void WriteNumbers(Utf8JsonWriter json, ReadOnlySpan<float> numbers)
    {
        json.WriteStartArray();
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) write(json);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
