using PublicApiGenerator;
using Secateur.TestSupport;

namespace Secateur.Packages.Tests;

/// <summary>The public interface of a library as text, and as it was accepted: <c>Api/ID.txt</c>.</summary>
internal static class PublicApi
{
    // What the compiler writes for itself says nothing to a caller.
    private static readonly ApiGeneratorOptions Options = new()
    {
        IncludeAssemblyAttributes = false,
        ExcludeAttributes = ["System.Runtime.CompilerServices.ParamCollectionAttribute", "System.Runtime.CompilerServices.ScopedRefAttribute"],
    };

    public static string Print(OwnPackage package) => package.Assembly.GeneratePublicApi(Options).ReplaceLineEndings("\n").TrimEnd() + "\n";

    public static string ReadAccepted(OwnPackage package) => File.Exists(PathOf(package)) ? File.ReadAllText(PathOf(package)).ReplaceLineEndings("\n") : "";

    public static void Accept(OwnPackage package) => File.WriteAllText(PathOf(package), Print(package));

    /// <summary>What differs, a line each: <c>+</c> before what is new, <c>-</c> before what is gone.</summary>
    public static IEnumerable<string> Compare(string accepted, string now)
    {
        var (before, after) = (Members(accepted), Members(now));
        return before.Except(after).Select(m => (Member: m, Sign: '-')).Concat(after.Except(before).Select(m => (Member: m, Sign: '+')))
            .OrderBy(c => c.Member, StringComparer.Ordinal).Select(c => $"{c.Sign} {c.Member}");
    }

    // Each line behind those that it stands in: many types have a member of the same words.
    private static List<string> Members(string text)
    {
        var around = new List<(int Indent, string Line)>();
        var members = new List<string>();
        foreach (var line in text.Split('\n').Where(l => l.Trim() is not ("" or "{" or "}")))
        {
            var indent = line.Length - line.TrimStart().Length;
            around.RemoveAll(a => a.Indent >= indent);
            around.Add((indent, line.Trim()));
            members.Add(string.Join(" > ", around.Select(a => a.Line)));
        }

        return members;
    }

    private static string PathOf(OwnPackage package) => Path.Combine(SharedData.RepositoryRoot, "tests", "Secateur.Packages.Tests", "Api", package.Id + ".txt");
}
