using System.Text;
using System.Text.RegularExpressions;

namespace Secateur.Cli.Options;

/// <summary>A pattern of paths: <c>*</c> and <c>?</c> within a name, <c>**</c> for any folders, <c>[a-z]</c> and <c>[!a-z]</c>, and <c>{jpg,png}</c>.</summary>
internal sealed class GlobPattern
{
    private static readonly char[] Special = ['*', '?', '[', '{'];

    private readonly Regex _regex;

    private GlobPattern(string folder, Regex regex, int depth) => (Folder, _regex, Depth) = (folder, regex, depth);

    /// <summary>The folder before the first part with a special character, as it was written.</summary>
    public string Folder { get; }

    /// <summary>How many folders deep below <see cref="Folder"/> what fits can lie.</summary>
    public int Depth { get; }

    /// <summary>Reads a pattern; null where the text has no special character.</summary>
    /// <exception cref="UsageException">A set or a list of alternatives in it is malformed.</exception>
    public static GlobPattern? TryParse(string text)
    {
        text = text.Replace(Path.DirectorySeparatorChar, '/');
        var special = text.IndexOfAny(Special);
        if (special < 0) return null;
        var start = text.LastIndexOf('/', special) + 1;
        try
        {
            var regex = new Regex($"^{Translate(text[start..])}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline);
            var depth = text.Contains("**", StringComparison.Ordinal) ? int.MaxValue : text[start..].Count(c => c == '/');
            return new GlobPattern(start == 0 ? "." : text[..start], regex, depth);
        }
        catch (ArgumentException)
        {
            throw new UsageException($"{text}: no pattern; known are *, ?, ** for any folders, [a-z], [!a-z] and {{jpg,png}}");
        }
    }

    /// <summary>Whether a path below <see cref="Folder"/>, relative to it and with forward slashes, fits.</summary>
    public bool Fits(string relative) => _regex.IsMatch(relative);

    private static string Translate(string glob)
    {
        var (regex, alternatives) = (new StringBuilder(), 0);
        for (var i = 0; i < glob.Length; i++)
        {
            var rest = glob.AsSpan(i);
            if (rest.StartsWith("**/"))
            {
                regex.Append("(?:[^/]+/)*");
                i += 2;
            }
            else if (rest.StartsWith("**"))
            {
                regex.Append(".*");
                i++;
            }
            else if (rest[0] == '[' && rest[1..].IndexOf(']') is > 0 and var end)
            {
                var not = rest[1] is '!' or '^';
                var set = rest[(not ? 2 : 1)..(end + 1)].ToString().Replace("[", "\\[", StringComparison.Ordinal);
                regex.Append(not ? "[^/" : "[").Append(set).Append(']');
                i += end + 1;
            }
            else if (rest[0] == '{' && rest.IndexOf('}') > 0)
            {
                regex.Append("(?:");
                alternatives++;
            }
            else if (alternatives > 0 && rest[0] is ',' or '}')
            {
                regex.Append(rest[0] == ',' ? '|' : ')');
                if (rest[0] == '}') alternatives--;
            }
            else
            {
                regex.Append(rest[0] switch { '*' => "[^/]*", '?' => "[^/]", var other => Regex.Escape(other.ToString()) });
            }
        }

        return regex.ToString();
    }
}
