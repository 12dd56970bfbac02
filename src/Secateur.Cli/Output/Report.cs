using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Secateur.Cli.Output;

/// <summary>What commands print: a JSON document or text on stdout; progress and remarks on stderr.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    private static readonly JsonSerializerOptions LineOptions = new(Options) { WriteIndented = false };

    /// <summary>The terminal behind stderr.</summary>
    public static IAnsiConsole Remarks { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Whether another process prints what this one would.</summary>
    public static bool IsSilent { get; private set; }

    /// <summary>Prints nothing from now on; problems are told still.</summary>
    public static void Silence() => IsSilent = true;

    /// <summary>Prints one JSON document.</summary>
    public static void Json<T>(T document) => Line(JsonSerializer.Serialize(document, Options));

    /// <summary>Prints one JSON document in a line, one of many.</summary>
    public static void JsonLine<T>(T document) => Line(JsonSerializer.Serialize(document, LineOptions));

    /// <summary>Prints a line.</summary>
    public static void Line(string text = "")
    {
        if (!IsSilent) Console.Out.WriteLine(text);
    }

    /// <summary>Prints a table whose columns are as wide as their texts; columns but the first are right-aligned.</summary>
    public static void Table(IReadOnlyList<string> header, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = header.Select((h, c) => rows.Select(r => r[c].Length).Append(h.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(header))
            Line(string.Join("  ", row.Select((text, c) => c == 0 ? text.PadRight(widths[c]) : text.PadLeft(widths[c]))).TrimEnd());
    }

    /// <summary>What this process alone knows, and the user should.</summary>
    public static void Trouble(string text) => Console.Error.WriteLine(text);

    /// <summary>A remark that is not part of the result.</summary>
    public static void Remark(string text)
    {
        if (!IsSilent) Console.Error.WriteLine(text);
    }
}
