using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Secateur.Tests.Architecture;

/// <summary>A file of the repository: its path from the root, with forward slashes, and its text.</summary>
internal sealed record SourceFile(string Path, string Text);

/// <summary>
/// The one direction of dependencies: a part of the product (a folder of the library, or a project above it) uses those before it only.
/// Reads names, not symbols: <c>using</c> lines, full names, and partial names such as <c>Kernels.Tensor</c>.
/// </summary>
internal sealed partial class DependencyRule
{
    private const string Library = "Secateur";

    // Lowest first. The library's own name stands for the files at its root.
    private static readonly string[] Areas =
    [
        Library,
        "Secateur.Pixels",
        "Secateur.Kernels",
        "Secateur.Graph",
        "Secateur.Execution",
        "Secateur.Weights",
        "Secateur.Models",
        "Secateur.Lowering",
        "Secateur.Runtime",
        "Secateur.Detection",
        "Secateur.Pruning",
        "Secateur.Imaging",
        "Secateur.WiderFace",
        "Secateur.Training",
        "Secateur.Demo",
        "Secateur.Cli",
    ];

    private readonly HashSet<(string Area, string Name)> _declared;

    /// <param name="sources">All sources of the product: partial names are told from properties by what the areas declare.</param>
    public DependencyRule(IEnumerable<SourceFile> sources) =>
        _declared = [.. sources.SelectMany(f => DeclaredNames(f).Select(name => (FolderOf(f), name)))];

    /// <summary>What is wrong with a source file; nothing when it keeps the rule.</summary>
    public IEnumerable<string> CheckSource(SourceFile file)
    {
        var own = FolderOf(file);
        if (!Areas.Contains(own))
        {
            yield return $"{file.Path}: '{own}' has no place in the order of {nameof(DependencyRule)}";
            yield break;
        }

        var text = Comments().Replace(file.Text, m => m.Value.StartsWith('/') ? " " : m.Value);
        var expected = string.Join('.', file.Path.Split('/')[1..^1]);
        var found = NamespaceLine().Match(text).Groups[1].Value;
        if (found.Length > 0 && found != expected) yield return $"{file.Path}: its namespace is {found}, its folder says {expected}";
        foreach (var used in UsedAreas(text).Distinct().Where(used => Array.IndexOf(Areas, used) > Array.IndexOf(Areas, own)))
            yield return $"{file.Path}: {own} may not use {used}, which is above it";
        if (own.StartsWith(Library + ".", StringComparison.Ordinal) && !file.Path.StartsWith($"src/{Library}/", StringComparison.Ordinal)) yield break;
        foreach (Match native in NativeCalls().Matches(text)) yield return $"{file.Path}: the library calls no native code, found {native.Value}";
    }

    /// <summary>What is wrong with a project file.</summary>
    public static IEnumerable<string> CheckProject(SourceFile file)
    {
        var own = Path.GetFileNameWithoutExtension(file.Path);
        var items = XDocument.Parse(file.Text).Descendants().ToLookup(e => e.Name.LocalName, e => (string?)e.Attribute("Include") ?? "");
        foreach (var reference in items["ProjectReference"])
        {
            var used = Path.GetFileNameWithoutExtension(reference.Replace('\\', '/'));
            if (!Areas.Contains(own) || !Areas.Contains(used) || Array.IndexOf(Areas, used) >= Array.IndexOf(Areas, own))
                yield return $"{file.Path}: {own} may not reference {used}";
        }

        if (own != Library) yield break;
        foreach (var package in items["PackageReference"].Concat(items["Reference"])) yield return $"{file.Path}: the library references {package}";
    }

    private IEnumerable<string> UsedAreas(string text)
    {
        foreach (Match name in FullNames().Matches(text)) yield return AreaOf(name.Value);
        foreach (Match name in PartialNames().Matches(text))
        {
            var area = $"{Library}.{name.Groups[1].Value}";
            if (_declared.Contains((area, name.Groups[2].Value))) yield return area;
        }
    }

    private static string FolderOf(SourceFile file)
    {
        var folders = file.Path.Split('/')[1..^1];
        return folders[0] == Library && folders.Length > 1 ? $"{Library}.{folders[1]}" : folders[0];
    }

    private static string AreaOf(string name) => string.Join('.', name.Split('.').Take(2)) is var area && Areas.Contains(area) ? area : Library;

    /// <summary>The types of a file, and the parts of its namespace below its area.</summary>
    private static IEnumerable<string> DeclaredNames(SourceFile file) =>
        TypeNames().Matches(file.Text).Select(m => m.Groups[1].Value).Concat(file.Path.Split('/')[2..^1]);

    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"(?<![\w.])Secateur(?:\.\w+)+")]
    private static partial Regex FullNames();

    [GeneratedRegex(@"(?<![\w.])([A-Z]\w*)\.([A-Z]\w*)")]
    private static partial Regex PartialNames();

    [GeneratedRegex(@"\b(?:class|record struct|record|struct|interface|enum)\s+([A-Z]\w*)")]
    private static partial Regex TypeNames();

    [GeneratedRegex(@"\b(?:DllImport|LibraryImport|NativeLibrary|UnmanagedCallersOnly)\b|\bdelegate\*\s*unmanaged\b")]
    private static partial Regex NativeCalls();
}
