using System.Text.Json;

namespace Secateur.Bench;

/// <summary>What benchmarks print on stdout: Markdown that is readable as it is, or one JSON document.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public static void Json<T>(T document) => Console.Out.WriteLine(ToJson(document));

    public static string ToJson<T>(T document) => JsonSerializer.Serialize(document, Options);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is not of this kind.</exception>
    public static T FromJson<T>(string text) => JsonSerializer.Deserialize<T>(text, Options) ?? throw new JsonException("the document is null");

    public static void Line(string text = "") => Console.Out.WriteLine(text);

    /// <summary>Prints a table; columns after the first <paramref name="texts"/> hold numbers and are right-aligned.</summary>
    public static void Table(int texts, string[] header, IReadOnlyList<string[]> rows)
    {
        foreach (var line in MarkdownTable.Lines(texts, header, rows)) Line(line);
    }
}
