using System.Text.Json;

namespace Secateur.Bench;

/// <summary>What benchmarks print on stdout: Markdown that is readable as it is, or one JSON document.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    public static void Json<T>(T document) => Console.Out.WriteLine(JsonSerializer.Serialize(document, Options));

    public static void Line(string text = "") => Console.Out.WriteLine(text);

    /// <summary>Prints a table; columns after the first <paramref name="texts"/> hold numbers and are right-aligned.</summary>
    public static void Table(int texts, string[] header, IReadOnlyList<string[]> rows)
    {
        var widths = header.Select((h, c) => rows.Select(r => r[c].Length).Append(h.Length).Max()).ToArray();
        PrintRow(header);
        PrintRow([.. widths.Select((width, c) => c < texts ? new string('-', width) : new string('-', width - 1) + ":")]);
        foreach (var row in rows) PrintRow(row);

        void PrintRow(string[] cells) =>
            Line($"| {string.Join(" | ", cells.Select((text, c) => c < texts ? text.PadRight(widths[c]) : text.PadLeft(widths[c])))} |");
    }
}
