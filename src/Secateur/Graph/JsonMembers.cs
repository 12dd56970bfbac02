using System.Collections.Immutable;
using System.Text.Json;

namespace Secateur.Graph;

/// <summary>
/// A JSON object all of whose members must be read, by hand: a serializer would take longer to get ready than the network takes to load.
/// </summary>
internal ref struct JsonMembers
{
    private const int ShownCharacters = 100;

    private readonly JsonElement _object;
    private readonly List<string> _read = [];

    /// <exception cref="JsonException">It is no object.</exception>
    public JsonMembers(JsonElement element)
    {
        _object = Expect(element, JsonValueKind.Object, "members");
    }

    /// <summary>Parses a document; no member of it may be there twice.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false });
        }
        catch (InvalidOperationException error)
        {
            // So the parser reports names that are not valid Unicode.
            throw new JsonException(error.Message, error);
        }
    }

    /// <summary>Whether there is such a member.</summary>
    public readonly bool Has(string name) => _object.TryGetProperty(name, out _);

    /// <summary>A member of any kind.</summary>
    public JsonElement Any(string name)
    {
        if (!_object.TryGetProperty(name, out var value)) throw new JsonException($"'{name}' is missing");
        _read.Add(name);
        return value;
    }

    /// <summary>A text.</summary>
    public string Text(string name) => TextOf(Any(name), name);

    /// <summary>A text or null.</summary>
    public string? TextOrNull(string name) => Any(name) is { ValueKind: not JsonValueKind.Null } value ? TextOf(value, name) : null;

    /// <summary>An integer of 32 bits.</summary>
    public int Integer(string name) => IntegerOf(Any(name), name);

    /// <summary>The name of a value of an enumeration.</summary>
    public T Name<T>(string name)
        where T : struct, Enum
    {
        var text = Text(name);
        return Enum.IsDefined(typeof(T), text) ? Enum.Parse<T>(text) : throw new JsonException($"'{name}' is unknown, expected one of {string.Join(", ", Enum.GetNames<T>())}");
    }

    /// <summary>A number of 64 bits.</summary>
    public double Double(string name) => Expect(Any(name), JsonValueKind.Number, name).GetDouble();

    /// <summary>A number of 32 bits.</summary>
    public float Single(string name) => NumberOf(Any(name), name);

    /// <summary>True or false.</summary>
    public bool Boolean(string name) =>
        Any(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : throw new JsonException($"'{name}' is neither true nor false");

    /// <summary>A list of integers.</summary>
    public ImmutableArray<int> Integers(string name) => IntegersOf(Any(name), name);

    /// <summary>A list whose elements <paramref name="read"/> reads.</summary>
    public T[] List<T>(string name, Func<JsonElement, T> read) => ListOf(Any(name), name, read);

    /// <summary>Makes sure that no member is left.</summary>
    public readonly void End()
    {
        var unread = _object.GetPropertyCount() - _read.Count;
        if (unread == 0) return;
        var read = _read;
        var first = JsonEncodedText.Encode(_object.EnumerateObject().First(p => !read.Contains(p.Name)).Name).Value;
        throw new JsonException($"{unread} unknown members, the first is '{first[..Math.Min(ShownCharacters, first.Length)]}'");
    }

    /// <summary>A list of integers.</summary>
    public static ImmutableArray<int> IntegersOf(JsonElement value, string name) => [.. ListOf(value, name, e => IntegerOf(e, name))];

    /// <summary>A list whose elements <paramref name="read"/> reads.</summary>
    public static T[] ListOf<T>(JsonElement value, string name, Func<JsonElement, T> read)
    {
        var list = new T[Expect(value, JsonValueKind.Array, name).GetArrayLength()];
        var i = 0;
        foreach (var element in value.EnumerateArray()) list[i++] = read(element);
        return list;
    }

    /// <summary>A text.</summary>
    public static string TextOf(JsonElement value, string name)
    {
        try
        {
            return Expect(value, JsonValueKind.String, name).GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException($"'{name}' is not valid Unicode", error);
        }
    }

    /// <summary>A value of a kind.</summary>
    public static JsonElement Expect(JsonElement value, JsonValueKind kind, string name) =>
        value.ValueKind == kind ? value : throw new JsonException($"'{name}' is {value.ValueKind}, expected {kind}");

    /// <summary>A number of 32 bits.</summary>
    public static float NumberOf(JsonElement value, string name) => Expect(value, JsonValueKind.Number, name).GetSingle();

    private static int IntegerOf(JsonElement value, string name) =>
        Expect(value, JsonValueKind.Number, name).TryGetInt32(out var number) ? number : throw new JsonException($"'{name}' is no integer of 32 bits");
}
