namespace Secateur.Cli.Options;

/// <summary>Where paths really lead, through links in any of their parts, so that two names of one place are told to be one.</summary>
internal static class RealPath
{
    // As many as Linux follows in one path.
    private const int MostLinks = 40;

    /// <summary>How real paths compare: by letters where the usual file systems do.</summary>
    public static StringComparer Comparer { get; } = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>The full path without links. What does not exist, or leads in a circle, stays as it is written.</summary>
    public static string Of(string path)
    {
        var links = 0;
        return Of(Path.GetFullPath(path), ref links);
    }

    /// <summary>The name of a file, itself perhaps a link, in its real folder.</summary>
    public static string OfName(string path) => Path.Combine(Of(Path.GetDirectoryName(Path.GetFullPath(path))!), Path.GetFileName(path));

    /// <summary>Whether a path is that of a link, but of nothing else.</summary>
    public static bool LeadsNowhere(string path) => new FileInfo(path).LinkTarget is not null && !Path.Exists(Of(path));

    /// <summary>Whether two paths lead to the same place.</summary>
    public static bool Same(string one, string other) => Comparer.Equals(Of(one), Of(other));

    private static string Of(string path, ref int links)
    {
        var real = Path.GetPathRoot(path)!;
        foreach (var part in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, part);
            real = new FileInfo(next).LinkTarget is { } target && ++links <= MostLinks ? Of(Path.GetFullPath(target, real), ref links) : next;
        }

        return real;
    }
}
