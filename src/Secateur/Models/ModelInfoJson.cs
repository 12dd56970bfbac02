using System.Collections.Immutable;
using System.Text.Json;
using Secateur.Graph;

namespace Secateur.Models;

/// <summary>The lists in a model file's metadata as JSON.</summary>
internal static class ModelInfoJson
{
    public static string WriteMean(ImmutableArray<float> mean) => NetworkJson.Write(json =>
    {
        json.WriteStartArray();
        foreach (var value in mean) json.WriteNumberValue(value);
        json.WriteEndArray();
    });

    public static ImmutableArray<float> ReadMean(string text)
    {
        using var document = JsonMembers.Parse(text);
        return [.. JsonMembers.ListOf(document.RootElement, "mean", e => JsonMembers.Expect(e, JsonValueKind.Number, "mean").GetSingle())];
    }

    public static string WriteTexts(ImmutableArray<string> texts) => NetworkJson.Write(json =>
    {
        json.WriteStartArray();
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    });

    public static ImmutableArray<string> ReadTexts(string text)
    {
        using var document = JsonMembers.Parse(text);
        return [.. JsonMembers.ListOf(document.RootElement, "texts", e => JsonMembers.TextOf(e, "text"))];
    }

    public static string WriteKeptFilters(ImmutableSortedDictionary<string, ImmutableArray<int>> kept) => NetworkJson.Write(json =>
    {
        json.WriteStartObject();
        foreach (var (layer, filters) in kept) NetworkJson.WriteIntegers(json, layer, filters);
        json.WriteEndObject();
    });

    public static ImmutableSortedDictionary<string, ImmutableArray<int>> ReadKeptFilters(string text)
    {
        using var document = JsonMembers.Parse(text);
        var kept = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<int>>();
        foreach (var layer in JsonMembers.Expect(document.RootElement, JsonValueKind.Object, "kept filters").EnumerateObject())
            kept[layer.Name] = JsonMembers.IntegersOf(layer.Value, "kept filters");
        return kept.ToImmutable();
    }
}
