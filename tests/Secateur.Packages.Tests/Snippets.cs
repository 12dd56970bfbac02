using Secateur.TestSupport;

namespace Secateur.Packages.Tests;

/// <summary>The programs in the documentation.</summary>
internal static class Snippets
{
    private const string Fence = "```csharp\n";

    /// <summary>The files that hold some, by their path from the repository's root.</summary>
    public static IReadOnlyList<string> Documents { get; } =
    [
        .. new[] { "README.md" }.Concat(Below("docs", "*.md")).Concat(Directory.GetDirectories(PathOf("src")).SelectMany(folder => Below(Path.GetRelativePath(PathOf("."), folder), "README.md")))
            .Where(document => Of(document).Length > 0),
    ];

    /// <summary>The programs of one.</summary>
    public static string[] Of(string document) => [.. File.ReadAllText(PathOf(document)).ReplaceLineEndings("\n").Split(Fence)[1..].Select(part => part.Split("```")[0])];

    private static IEnumerable<string> Below(string folder, string pattern) =>
        Directory.EnumerateFiles(PathOf(folder), pattern).Select(path => Path.GetRelativePath(PathOf("."), path).Replace('\\', '/')).Order(StringComparer.Ordinal);

    private static string PathOf(string path) => Path.Combine(SharedData.RepositoryRoot, path);
}
