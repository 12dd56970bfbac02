using Secateur.TestSupport;

namespace Secateur.Architecture.Tests;

/// <summary>The product's projects, assemblies and sources.</summary>
internal static class Product
{
    /// <summary>The namespace of each project's root folder and the assembly beside this one, lowest first.</summary>
    public static IReadOnlyList<(string Project, string Assembly)> Projects { get; } = Ordered();

    public static IReadOnlyCollection<TypeUse> Uses { get; } = [.. TypeUses.Read(Projects.Select(p => p.Assembly), "Secateur")];

    /// <summary>The files under src with an ending, by their path from the repository's root.</summary>
    public static IEnumerable<(string Path, string Text)> Files(string pattern)
    {
        var root = SharedData.RepositoryRoot;
        return Directory.EnumerateFiles(Path.Combine(root, "src"), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(folder => folder is "bin" or "obj"))
            .Select(path => (path, File.ReadAllText(Path.Combine(root, path))));
    }

    private static List<(string Project, string Assembly)> Ordered()
    {
        // The command's assembly is secateur.dll: on file systems that ignore case, the library's could not have its project's name beside it.
        var names = Files("*.csproj").Select(f => Path.GetFileNameWithoutExtension(f.Path));
        return [.. names.Order(StringComparer.Ordinal).Select(project => (project, Path.Combine(AppContext.BaseDirectory, project switch
        {
            "Secateur" => "Secateur.Core.dll",
            "Secateur.Cli" => "secateur.dll",
            _ => project + ".dll",
        })))];
    }
}
