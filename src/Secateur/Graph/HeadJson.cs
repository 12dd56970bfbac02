using System.Collections.Immutable;
using System.Text.Json;

namespace Secateur.Graph;

/// <summary>
/// The detection head in a network's JSON: its levels, and what differs from the heads of the published networks. Aspect and mean belong to a model's
/// weights and stand in its file's metadata.
/// </summary>
internal static class HeadJson
{
    private const string Levels = "levels";
    private const string Variances = "variances";
    private const string Boxes = "boxRegression";
    private const string Scores = "scoreEncoding";
    private const string Order = "pixelOrder";
    private const string Layers = "headLayers";

    public static void Write(Utf8JsonWriter json, Network network)
    {
        var head = network.Head;
        json.WriteStartArray(Levels);
        foreach (var level in head.Levels) WriteLevel(json, level);
        json.WriteEndArray();
        if (head.Variances != DetectorHead.None.Variances)
        {
            json.WriteStartArray(Variances);
            json.WriteNumberValue(head.Variances.Centre);
            json.WriteNumberValue(head.Variances.Size);
            json.WriteEndArray();
        }

        if (head.Boxes != BoxRegression.CentreSize) json.WriteString(Boxes, head.Boxes.ToString());
        if (head.Scores != ScoreEncoding.Softmax) json.WriteString(Scores, head.Scores.ToString());
        if (head.Pixels.Order != PixelOrder.Rgb) json.WriteString(Order, head.Pixels.Order.ToString());
        if (head.Layers.ToHashSet().SetEquals(PublishedLayers(network.Nodes))) return;
        json.WriteStartArray(Layers);
        foreach (var layer in head.Layers) json.WriteStringValue(layer);
        json.WriteEndArray();
    }

    public static DetectorHead Read(ref JsonMembers m, IEnumerable<Node> nodes)
    {
        var head = new DetectorHead { Levels = [.. m.List(Levels, ReadLevel)] };
        if (m.Has(Variances))
        {
            var numbers = m.List(Variances, e => JsonMembers.NumberOf(e, Variances));
            if (numbers.Length != 2) throw new JsonException($"'{Variances}' has {numbers.Length} numbers, expected 2");
            head = head with { Variances = new BoxVariances(numbers[0], numbers[1]) };
        }

        if (m.Has(Boxes)) head = head with { Boxes = m.Name<BoxRegression>(Boxes) };
        if (m.Has(Scores)) head = head with { Scores = m.Name<ScoreEncoding>(Scores) };
        if (m.Has(Order)) head = head with { Pixels = head.Pixels with { Order = m.Name<PixelOrder>(Order) } };
        return head with { Layers = m.Has(Layers) ? [.. m.List(Layers, e => JsonMembers.TextOf(e, Layers))] : [.. PublishedLayers(nodes)] };
    }

    /// <summary>
    /// The head's layers where a file does not name them: those that have the names of the published networks, but for what compaction added.
    /// </summary>
    private static IEnumerable<string> PublishedLayers(IEnumerable<Node> nodes) => nodes
        .OfType<Conv2dNode>()
        .Where(c => c.Weight.EndsWith(".weight", StringComparison.Ordinal))
        .Select(c => c.Layer)
        .Where(l => l.StartsWith("loc.", StringComparison.Ordinal) || l.StartsWith("conf.", StringComparison.Ordinal))
        .Where(l => !UniqueNames.WithoutNumber(l).EndsWith(".fixed", StringComparison.Ordinal))
        .Distinct();

    private static void WriteLevel(Utf8JsonWriter json, DetectionLevel level)
    {
        json.WriteStartObject();
        json.WriteNumber("stride", level.Stride);
        if (level.AnchorSizes is [var size]) json.WriteNumber("anchorSize", size);
        else NetworkJson.WriteIntegers(json, "anchorSizes", level.AnchorSizes);
        json.WriteNumber("loc", level.Loc);
        json.WriteNumber("scores", level.Scores);
        json.WriteEndObject();
    }

    private static DetectionLevel ReadLevel(JsonElement element)
    {
        var m = new JsonMembers(element);
        ImmutableArray<int> sizes = m.Has("anchorSizes") ? m.Integers("anchorSizes") : [m.Integer("anchorSize")];
        var level = new DetectionLevel(m.Integer("stride"), sizes, m.Integer("loc"), m.Integer("scores"));
        m.End();
        return level;
    }
}
