using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Secateur.Graph;

namespace Secateur.Pruning;

/// <summary>
/// A <see cref="FilterMask"/> as a JSON file: <c>{"format": "secateur.mask", "version": 1, "architecture": "eresfd", "pruned": {"base.conv2.0": [1, 5]}}</c>.
/// Masks that other tools write, a tensor of zeros and ones a weight, are read with the checkpoint that they belong to (<see cref="Models.ModelFile"/>).
/// </summary>
public static class FilterMaskFile
{
    private const string Format = "secateur.mask";
    private const int Version = 1;
    private const int MaxBytes = 1 << 24;
    private const string PrunedKey = "pruned";
    private const string Expected = "expected JSON as --save-mask writes it (masks of other tools: import --mask)";

    /// <summary>Writes a mask, whole or not at all; layers that lose no filter are left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mask">The mask.</param>
    /// <param name="network">The network that it is for.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written there.</exception>
    public static void Write(string path, FilterMask mask, Network network)
    {
        var text = NetworkJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteNumber("version", Version);
            json.WriteString("architecture", network.Architecture);
            json.WriteStartObject(PrunedKey);
            foreach (var (layer, filters) in mask.Pruned.Where(p => !p.Value.IsEmpty)) NetworkJson.WriteIntegers(json, layer, filters);
            json.WriteEndObject();
            json.WriteEndObject();
        });
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text + "\n")));
    }

    /// <summary>Reads a mask and checks that it fits a network.</summary>
    /// <param name="path">The file; it may be hostile.</param>
    /// <param name="network">The network that it is to be applied to.</param>
    /// <exception cref="InvalidFileException">It is no such file or too long, is for another architecture, names a layer that is none of the prunable ones, or a filter that the layer has not.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FilterMask Read(string path, Network network)
    {
        var bytes = BoundedFile.ReadAllBytes(path, MaxBytes);
        if (bytes is not [(byte)'{', ..]) throw new InvalidFileException(path, $"is no mask file: {Expected}");
        try
        {
            using var document = JsonMembers.Parse(Encoding.UTF8.GetString(bytes));
            return Read(path, document.RootElement, network);
        }
        catch (JsonException error)
        {
            throw new InvalidFileException(path, $"is no mask file: {error.Message.ReplaceLineEndings(" ")}; {Expected}", error);
        }
    }

    private static FilterMask Read(string path, JsonElement root, Network network)
    {
        var members = new JsonMembers(root);
        if (members.Text("format") is var format && format != Format) throw new InvalidFileException(path, $"its format is '{format}', expected '{Format}'");
        if (members.Integer("version") is var version && version != Version) throw new InvalidFileException(path, $"its format has version {version}, expected {Version}");
        if (members.Text("architecture") is var architecture && architecture != network.Architecture)
            throw new InvalidFileException(path, $"is a mask for {architecture}, expected one for {network.Architecture}");
        var layers = network.PrunableLayers().ToDictionary(l => l.Layer, l => network.Parameter(l.Weight).Shape[0], StringComparer.Ordinal);
        var pruned = JsonMembers.Expect(members.Any(PrunedKey), JsonValueKind.Object, PrunedKey).EnumerateObject()
            .Select(layer => KeyValuePair.Create(layer.Name, FiltersOf(path, layer, layers)))
            .ToList();
        members.End();
        return new FilterMask(pruned);
    }

    private static ImmutableArray<int> FiltersOf(string path, JsonProperty layer, Dictionary<string, int> layers)
    {
        if (!layers.TryGetValue(layer.Name, out var count)) throw new InvalidFileException(path, $"prunes '{layer.Name}', which is no prunable layer of the network");
        var filters = JsonMembers.IntegersOf(layer.Value, layer.Name);
        return Ascending.Is(filters.AsSpan()) && (filters.IsEmpty || (filters[0] >= 0 && filters[^1] < count))
            ? filters
            : throw new InvalidFileException(path, $"the filters of '{layer.Name}' do not fit: expected ascending numbers from 0 to {count - 1}, found [{Shown(filters)}]");
    }

    private static string Shown(ImmutableArray<int> filters)
    {
        const int most = 20;
        return string.Join(", ", filters.Take(most)) + (filters.Length > most ? ", .." : "");
    }
}
