using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Secateur.Experiments.Results;

/// <summary>A figure that the paper prints.</summary>
internal sealed record PaperRow(string Network, string? Criterion, double Rate, int Parameters, double Sparsity, double Easy, double Medium, double Hard);

/// <summary>A published detector, by <c>docs/data/detectors.csv</c>, which names the source of every figure.</summary>
internal sealed record PublishedDetector(string Name, int Year, double Parameters, double? Easy, double? Hard);

/// <summary>What others published, from the files of <c>docs/data</c>.</summary>
internal static class Facts
{
    /// <summary>Tables 1 and 2 of arXiv 2311.16613.</summary>
    public static ImmutableArray<PaperRow> Paper { get; } =
    [
        .. Read("paper.csv").Select(row => new PaperRow(
            row["network"], row["criterion"] is { Length: > 0 } criterion ? criterion : null, Number(row["rate"]), (int)Number(row["parameters"]),
            Number(row["sparsity"]), Number(row["easy"]), Number(row["medium"]), Number(row["hard"]))),
    ];

    /// <summary>Detectors to compare with.</summary>
    public static ImmutableArray<PublishedDetector> Detectors { get; } =
    [
        .. Read("detectors.csv").Where(row => row["parameters"].Length > 0).Select(row => new PublishedDetector(
            row["name"], (int)Number(row["year"]), Number(row["parameters"]), Optional(row["easy"]), Optional(row["hard"]))),
    ];

    private static double? Optional(string text) => text.Length == 0 ? null : Number(text);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The rows of a file, by column.</summary>
    internal static IEnumerable<IReadOnlyDictionary<string, string>> Read(string name)
    {
        using var stream = typeof(Facts).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not built in");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Cells).ToList();
        return lines.Skip(1).Select(cells => lines[0].Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second));
    }

    /// <summary>The cells of a line (RFC 4180, without line breaks in cells).</summary>
    private static List<string> Cells(string line)
    {
        var (cells, cell, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"') cell.Append(line[i++]);
            else if (line[i] == '"') quoted = !quoted;
            else if (line[i] == ',' && !quoted) Close();
            else cell.Append(line[i]);
        }

        Close();
        return cells;

        void Close()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }
    }
}
