using System.Buffers.Binary;
using System.Text.Json;
using Secateur.Kernels;
using Secateur.Weights.Files;

namespace Secateur.Weights;

/// <summary>One tensor of a safetensors file; the offsets count from the end of the header.</summary>
internal sealed record SafetensorsEntry(string Name, ElementType Type, int[] Shape, int Count, long Begin, long End);

/// <summary>The checked header of a safetensors file: every byte after it belongs to exactly one tensor.</summary>
internal sealed class SafetensorsHeader
{
    // Short strings cost far more memory than they take in the file.
    private const int MaxMetadata = 10_000;
    private const int LengthBytes = 8;
    private const long MaxLength = 100_000_000;

    private readonly UntrustedFile _file;
    private readonly OrderedDictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);
    private OrderedDictionary<string, string>? _metadata;

    private SafetensorsHeader(UntrustedFile file, long dataOffset)
    {
        _file = file;
        DataOffset = dataOffset;
    }

    /// <summary>In the order of the header.</summary>
    public IEnumerable<SafetensorsEntry> Entries => _entries.Values;

    public IReadOnlyDictionary<string, string> Metadata => _metadata ?? [];

    /// <summary>Where the data begins in the file.</summary>
    public long DataOffset { get; }

    public static SafetensorsHeader Read(UntrustedFile file)
    {
        if (file.Length < LengthBytes)
            throw file.Invalid($"ends at byte {file.Length}, expected the {LengthBytes}-byte length of a safetensors header");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Read(0, LengthBytes));
        var most = Math.Min(MaxLength, file.Length - LengthBytes);
        if (length > (ulong)most) throw file.Invalid($"declares a safetensors header of {length} bytes, expected at most {most}");
        var json = file.Read(LengthBytes, (long)length);
        if (json is not [(byte)'{', ..]) throw file.Invalid($"safetensors header at byte {LengthBytes}: expected '{{'");

        var header = new SafetensorsHeader(file, LengthBytes + json.Length);
        try
        {
            header.Parse(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The reader reports text that is not UTF-8 as an InvalidOperationException.
            throw file.Invalid($"safetensors header is not valid JSON: {e.Message}", e);
        }
        header.CheckLayout();
        return header;
    }

    private void Parse(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (name == Safetensors.MetadataName) ParseMetadata(ref reader);
            else if (!_entries.TryAdd(name, ParseEntry(ref reader, name))) throw Invalid(reader, $"a second {Show(name)}");
        }
        reader.Read();
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        if (_metadata is not null) throw Invalid(reader, $"a second {Safetensors.MetadataName}");
        _metadata = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        Expect(ref reader, JsonTokenType.StartObject, Safetensors.MetadataName);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            var shown = $"{Safetensors.MetadataName} {UntrustedFile.Show(key)}";
            Expect(ref reader, JsonTokenType.String, shown);
            if (!_metadata.TryAdd(key, reader.GetString()!)) throw Invalid(reader, $"a second {shown}");
            if (_metadata.Count > MaxMetadata) throw Invalid(reader, $"more than {MaxMetadata} entries in {Safetensors.MetadataName}");
        }
    }

    private SafetensorsEntry ParseEntry(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        List<long>? shape = null, offsets = null;
        Expect(ref reader, JsonTokenType.StartObject, Show(name));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = reader.GetString();
            switch (field)
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String, "dtype");
                    type = reader.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ParseIntegers(ref reader, field);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseIntegers(ref reader, field);
                    break;
                default:
                    throw Invalid(reader, $"{Show(name)}: unexpected field {UntrustedFile.Show(field!)}");
            }
        }
        if (type is null || shape is null || offsets is not [var begin, var end])
            throw Invalid(reader, $"{Show(name)}: expected dtype, shape and two data_offsets");
        return CheckedEntry(name, ParseType(name, type), shape, begin, end);
    }

    private static List<long> ParseIntegers(ref Utf8JsonReader reader, string field)
    {
        Expect(ref reader, JsonTokenType.StartArray, field);
        var values = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var value) || value < 0)
                throw new JsonException($"{field}: expected integers of 0 or more at header byte {reader.TokenStartIndex}");
            if (values.Count == TensorShape.MaxRank) throw new JsonException($"{field}: expected at most {TensorShape.MaxRank} dimensions");
            values.Add(value);
        }
        return values;
    }

    private ElementType ParseType(string name, string type) => type switch
    {
        "F64" => ElementType.Float64,
        "F32" => ElementType.Float32,
        "F16" => ElementType.Float16,
        "BF16" => ElementType.BFloat16,
        "I64" => ElementType.Int64,
        "I32" => ElementType.Int32,
        "I16" => ElementType.Int16,
        "I8" => ElementType.Int8,
        "U64" => ElementType.UInt64,
        "U32" => ElementType.UInt32,
        "U16" => ElementType.UInt16,
        "U8" => ElementType.UInt8,
        "BOOL" => ElementType.Bool,
        _ => throw _file.Invalid($"{Show(name)}: dtype {UntrustedFile.Show(type)} is not supported"),
    };

    private SafetensorsEntry CheckedEntry(string name, ElementType type, List<long> dimensions, long begin, long end)
    {
        var shape = TensorShape.Check(dimensions, problem => _file.Invalid($"{Show(name)}: {problem}"), out var count);
        var bytes = (long)count * type.Size();
        var available = _file.Length - DataOffset;
        if (begin > end || end > available)
            throw _file.Invalid($"{Show(name)}: data at {begin} to {end}, expected inside the {available} bytes after the header");
        if (end - begin != bytes)
            throw _file.Invalid($"{Show(name)}: {end - begin} bytes of data, expected {bytes} for shape {Tensor.FormatShape(shape)}");
        return new SafetensorsEntry(name, type, shape, count, begin, end);
    }

    private void CheckLayout()
    {
        var covered = 0L;
        SafetensorsEntry[] entries = [.. _entries.Values];
        Array.Sort(entries, (a, b) => a.Begin == b.Begin ? a.End.CompareTo(b.End) : a.Begin.CompareTo(b.Begin));
        foreach (var entry in entries)
        {
            if (entry.Begin != covered)
            {
                throw _file.Invalid(
                    $"{Show(entry.Name)}: data begins at {entry.Begin}, expected {covered}: tensors may not overlap or leave holes");
            }
            covered = entry.End;
        }
        if (covered != _file.Length - DataOffset)
            throw _file.Invalid($"the tensors end at byte {DataOffset + covered}, expected the file's end at byte {_file.Length}");
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType expected, string what)
    {
        reader.Read();
        if (reader.TokenType != expected)
            throw new JsonException($"{what}: expected {expected}, found {reader.TokenType} at header byte {reader.TokenStartIndex}");
    }

    private static string Show(string name) => $"tensor {UntrustedFile.Show(name)}";

    private InvalidFileException Invalid(Utf8JsonReader reader, string problem) =>
        _file.Invalid($"{problem} before byte {LengthBytes + reader.BytesConsumed}");
}
