namespace Secateur.Bench;

/// <summary>Tables that are readable as they are.</summary>
internal static class MarkdownTable
{
    /// <summary>The lines of a table; columns after the first <paramref name="texts"/> hold numbers and are right-aligned.</summary>
    public static IEnumerable<string> Lines(int texts, string[] header, IReadOnlyList<string[]> rows)
    {
        var widths = header.Select((h, c) => rows.Select(r => r[c].Length).Append(h.Length).Max()).ToArray();
        return
        [
            Row(header),
            Row([.. widths.Select((width, c) => c < texts ? new string('-', width) : new string('-', width - 1) + ":")]),
            .. rows.Select(Row),
        ];

        string Row(string[] cells) =>
            $"| {string.Join(" | ", cells.Select((text, c) => c < texts ? text.PadRight(widths[c]) : text.PadLeft(widths[c])))} |";
    }
}
