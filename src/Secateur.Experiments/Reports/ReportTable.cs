using System.Collections.Immutable;

namespace Secateur.Experiments.Reports;

/// <summary>A table as HTML, Markdown and CSV take it.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Header">Names of the columns.</param>
/// <param name="Rows">Their cells.</param>
internal sealed record ReportTable(string Title, ImmutableArray<string> Header, ImmutableArray<ImmutableArray<string>> Rows)
{
    /// <summary>As Markdown; columns but the first are right-aligned.</summary>
    public string ToMarkdown() =>
        $"## {Title}\n\n{Line(Header)}\n{Line([.. Header.Select((_, i) => i == 0 ? "---" : "---:")])}\n{string.Join('\n', Rows.Select(Line))}\n";

    /// <summary>As CSV (RFC 4180).</summary>
    public string ToCsv() => string.Concat(Rows.Prepend(Header).Select(row => string.Join(',', row.Select(Quote)) + "\n"));

    private static string Line(ImmutableArray<string> cells) => $"| {string.Join(" | ", cells.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal)))} |";

    private static string Quote(string cell) => cell.AsSpan().IndexOfAny(",\"\n\r") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
