using System.Text;

namespace Secateur.Cli.Options;

/// <summary>A folder for many files. It remembers what was written there, so that a further run replaces that, but nothing that is the user's own.</summary>
internal static class OutputFolder
{
    private const string Memory = ".written-by-secateur";
    private const int MaxLength = 1 << 26;

    /// <summary>Makes sure that nothing is replaced but what an earlier run wrote.</summary>
    /// <exception cref="UsageException">There is a file of the user's own.</exception>
    public static void Check(string folder, IEnumerable<string> targets)
    {
        var written = Read(folder);
        if (targets.FirstOrDefault(target => Path.Exists(target) && !written.Contains(Path.GetRelativePath(folder, target))) is { } own)
            throw new UsageException($"{own}: exists already, and secateur did not write it; name another folder with --out");
    }

    /// <summary>Makes the folder, and remembers what is about to be written there.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Claim(string folder, IEnumerable<string> targets)
    {
        Directory.CreateDirectory(folder);
        var lines = Read(folder).Union(targets.Select(target => Path.GetRelativePath(folder, target))).Order(StringComparer.Ordinal);
        var text = string.Concat(lines.Select(line => line + "\n"));
        AtomicFile.Write(Path.Combine(folder, Memory), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private static HashSet<string> Read(string folder)
    {
        var path = Path.Combine(folder, Memory);
        return File.Exists(path) ? [.. Encoding.UTF8.GetString(BoundedFile.ReadAllBytes(path, MaxLength)).Split('\n', StringSplitOptions.RemoveEmptyEntries)] : [];
    }
}
