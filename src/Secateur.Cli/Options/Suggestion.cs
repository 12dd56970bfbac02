using System.CommandLine;

namespace Secateur.Cli.Options;

/// <summary>What a mistyped word was probably meant to be.</summary>
internal static class Suggestion
{
    /// <summary><c>, did you mean train?</c>; empty where no name is near.</summary>
    public static string For(string word, Command command)
    {
        var names = command.Subcommands.Select(c => c.Name).Concat(command.Options.SelectMany(o => o.Aliases.Append(o.Name)));
        var nearest = names.Select(name => (Name: name, Distance: Distance(word, name))).Where(n => n.Distance <= Math.Min(2, n.Name.Length / 2)).OrderBy(n => n.Distance).FirstOrDefault();
        return nearest.Name is null ? "" : $", did you mean {nearest.Name}?";
    }

    /// <summary>Letters to insert, remove or replace, or neighbours to swap (optimal string alignment).</summary>
    private static int Distance(string one, string other)
    {
        var table = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                var replaced = table[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                table[i, j] = Math.Min(replaced, 1 + Math.Min(table[i - 1, j], table[i, j - 1]));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }

        return table[one.Length, other.Length];
    }
}
