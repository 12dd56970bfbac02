using System.CommandLine.Parsing;

namespace Secateur.Cli.Tests;

/// <summary>The calls of the command line in a Markdown text.</summary>
internal static class Readme
{
    private const string Start = "./run ";

    // A word of the script, not of the command line.
    private const string Script = "test";

    /// <summary>The arguments of every line of a code block that calls <c>./run</c>, without comments and redirections.</summary>
    public static IEnumerable<string[]> Calls(IEnumerable<string> lines)
    {
        var inCode = false;
        foreach (var line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) inCode = !inCode;
            if (!inCode || !line.StartsWith(Start, StringComparison.Ordinal)) continue;
            string[] words = [.. CommandLineParser.SplitCommandLine(line[Start.Length..]).Select(w => w.Trim('\'')).TakeWhile(w => w is not ("#" or ">" or "|"))];
            if (words[0] != Script) yield return words;
        }
    }
}
