using Secateur.Imaging;

namespace Secateur.Cli.Options;

/// <summary>
/// Finds the images that arguments name: files, folders with their subfolders, patterns, and <c>-</c> for stdin. Every real folder is looked
/// at once, whatever links lead to it; what is passed over is counted.
/// </summary>
internal sealed class ImageScan
{
    private readonly List<ImageInput> _images = [];
    private readonly HashSet<string> _files = new(RealPath.Comparer);
    private readonly List<string> _unreadable = [];
    private readonly PassedOver _passedOver = new();
    private readonly string? _leftOut;

    private ImageScan(string? leftOut) => _leftOut = leftOut is null ? null : RealPath.Of(leftOut);

    /// <summary>The images, in the order of the arguments, those of a folder by name.</summary>
    public IReadOnlyList<ImageInput> Images => _images;

    /// <summary>Folders that could not be read, with the reason.</summary>
    public IReadOnlyList<string> Unreadable => _unreadable;

    /// <summary>One line about what was passed over; null where nothing was.</summary>
    public string? Remark => _passedOver.Describe();

    /// <summary>Finds the images that arguments name.</summary>
    /// <param name="arguments">What the user wrote.</param>
    /// <param name="leftOut">The folder that is about to be written to: what is in it already is no input, unless an argument names it.</param>
    /// <exception cref="UsageException">An argument names nothing, or no image.</exception>
    public static ImageScan Of(IEnumerable<string> arguments, string? leftOut)
    {
        var scan = new ImageScan(leftOut);
        foreach (var argument in arguments) scan.Add(argument);
        return scan._images.Count > 0 ? scan : throw new UsageException("no images were given");
    }

    private void Add(string argument)
    {
        if (argument == ImageInput.Stdin) Take(new ImageInput(argument, "stdin.png"), argument);
        else if (RealPath.LeadsNowhere(argument)) throw new UsageException($"{argument}: is a link to {new FileInfo(argument).LinkTarget}, which does not exist");
        else if (File.Exists(argument)) Take(new ImageInput(argument, Path.GetFileName(argument)), RealPath.OfName(argument));
        else if (Directory.Exists(argument)) Scan(argument, argument, null);
        else if (GlobPattern.TryParse(argument) is { } pattern) Scan(argument, pattern.Folder, pattern);
        else throw new UsageException($"{argument}: no such file or folder");
    }

    private void Scan(string argument, string root, GlobPattern? pattern)
    {
        if (!Directory.Exists(root)) throw new UsageException($"{root}: no such folder");
        var found = new List<(ImageInput Image, string Real)>();
        var folders = new HashSet<string>(RealPath.Comparer);

        // Links last, so that an image goes by the name of the folder that it is really in.
        var open = new PriorityQueue<string, bool>([("", false)]);
        while (open.TryDequeue(out var folder, out _))
        {
            var real = RealPath.Of(Path.Combine(root, folder));
            if (folders.Count > 0 && RealPath.Comparer.Equals(real, _leftOut)) _passedOver.OutputFolder();
            else if (!folders.Add(real)) _passedOver.FolderAgain(folder);
            else foreach (var entry in Entries(Path.Combine(root, folder)))
            {
                var relative = Path.Combine(folder, entry.Name);
                if (entry is DirectoryInfo)
                {
                    if (pattern is null || Depth(relative) <= pattern.Depth) open.Enqueue(relative, entry.LinkTarget is not null);
                }
                else if (IsWanted((FileInfo)entry, relative, pattern)) found.Add((new ImageInput(root == "." ? relative : Path.Combine(root, relative), relative), Path.Combine(real, entry.Name)));
            }
        }

        if (found.Count == 0)
        {
            var reasons = _unreadable.Concat(Remark is { } remark ? [remark] : Array.Empty<string>());
            throw new UsageException($"{argument}: no images there ({string.Join(", ", ImageFile.Extensions)}){string.Concat(reasons.Select(r => "; " + r))}");
        }

        foreach (var (image, real) in found.OrderBy(f => f.Image.RelativePath, StringComparer.Ordinal)) Take(image, real);
    }

    /// <summary>Folders in a relative path of a folder, itself counted.</summary>
    private static int Depth(string relative) => relative.Count(c => c == Path.DirectorySeparatorChar) + 1;

    private List<FileSystemInfo> Entries(string folder)
    {
        try
        {
            var all = new DirectoryInfo(folder).EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false });
            return [.. all.OrderBy(e => e.Name, StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _unreadable.Add($"{folder}: cannot be read: {error.Message}");
            return [];
        }
    }

    /// <summary>Whether a file that was met is to be looked at; a pattern takes what it fits, a folder gives its images.</summary>
    private bool IsWanted(FileInfo file, string relative, GlobPattern? pattern)
    {
        if (pattern is not null && !pattern.Fits(relative.Replace('\\', '/'))) return false;
        if (RealPath.LeadsNowhere(file.FullName)) return _passedOver.DanglingLink(relative);
        if (pattern is null && !ImageFile.Extensions.Contains(file.Extension.ToLowerInvariant())) return _passedOver.Other(file.Extension.ToLowerInvariant());

        // Pipes and devices have no length, and could keep whoever opens them waiting.
        return new FileInfo(RealPath.Of(file.FullName)).Length > 0 || _passedOver.Empty(relative);
    }

    private void Take(ImageInput image, string real)
    {
        if (_files.Add(real)) _images.Add(image);
    }
}
