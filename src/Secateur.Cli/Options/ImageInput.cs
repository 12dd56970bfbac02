using Microsoft.Extensions.FileSystemGlobbing;
using Secateur.Imaging;

namespace Secateur.Cli.Options;

/// <summary>An image file to detect in, and where it stands below the folder or pattern that named it.</summary>
internal sealed record ImageInput(string Path, string RelativePath)
{
    /// <summary>The files that arguments name: files, folders (with subfolders), or patterns with * and **.</summary>
    /// <exception cref="UsageException">An argument names nothing.</exception>
    public static List<ImageInput> Find(IEnumerable<string> arguments)
    {
        var found = arguments.SelectMany(Find).DistinctBy(i => System.IO.Path.GetFullPath(i.Path)).ToList();
        return found.Count > 0 ? found : throw new UsageException("no images were given");
    }

    /// <summary>Makes sure that copies in <paramref name="folder"/> neither meet each other nor replace an input.</summary>
    /// <exception cref="UsageException">They would, or the folder is a file.</exception>
    public static void RequireOwnPlaces(List<ImageInput> inputs, string folder)
    {
        if (File.Exists(folder)) throw new UsageException($"{folder}: is a file; --out names the folder for annotated copies");
        var sources = inputs.Select(i => System.IO.Path.GetFullPath(i.Path)).ToHashSet();
        var targets = new HashSet<string>();
        foreach (var input in inputs)
        {
            var target = System.IO.Path.GetFullPath(input.CopyIn(folder));
            if (sources.Contains(target)) throw new UsageException($"--out {folder} would replace {input.Path}; name another folder");
            if (!targets.Add(target)) throw new UsageException($"two images would be written to {target}; name their common folder instead");
        }
    }

    /// <summary>The file for this image's annotated copy: of the same name, with .png added where that is in no format that can be written.</summary>
    public string CopyIn(string folder)
    {
        var copy = System.IO.Path.Combine(folder, RelativePath);
        return CanBeWritten(copy) ? copy : copy + ".png";
    }

    /// <summary>Whether the extension is that of a format that can be written.</summary>
    public static bool CanBeWritten(string path) => ImageFile.WrittenExtensions.Contains(System.IO.Path.GetExtension(path).ToLowerInvariant());

    private static IEnumerable<ImageInput> Find(string argument)
    {
        if (File.Exists(argument)) return [new ImageInput(argument, System.IO.Path.GetFileName(argument))];
        if (Directory.Exists(argument)) return InFolder(argument, "**/*", onlyImages: true);
        var wildcard = argument.IndexOf('*', StringComparison.Ordinal);
        if (wildcard < 0) throw new UsageException($"{argument}: no such file or folder");
        var split = argument.LastIndexOfAny(['/', System.IO.Path.DirectorySeparatorChar], wildcard);
        var (root, pattern) = split < 0 ? (".", argument) : (argument[..(split + 1)], argument[(split + 1)..]);
        if (!Directory.Exists(root)) throw new UsageException($"{root}: no such folder");
        return InFolder(root, pattern, onlyImages: false);
    }

    private static List<ImageInput> InFolder(string root, string pattern, bool onlyImages)
    {
        var matcher = new Matcher(StringComparison.Ordinal);
        matcher.AddInclude(pattern);
        var found = matcher.GetResultsInFullPath(root)
            .Select(full => System.IO.Path.GetRelativePath(root, full))
            .Where(relative => !onlyImages || ImageFile.Extensions.Contains(System.IO.Path.GetExtension(relative).ToLowerInvariant()))
            .Order(StringComparer.Ordinal)
            .Select(relative => new ImageInput(root == "." ? relative : System.IO.Path.Combine(root, relative), relative))
            .ToList();
        return found.Count > 0 ? found : throw new UsageException($"{System.IO.Path.Combine(root, pattern)}: no images there ({string.Join(", ", ImageFile.Extensions)})");
    }
}
