using Secateur.Imaging;

namespace Secateur.Cli.Options;

/// <summary>Counts what a scan for images passes over, and why. Every note answers false: what it is about is not taken.</summary>
internal sealed class PassedOver
{
    private static readonly HashSet<string> PictureExtensions =
    [
        ".arw", ".avif", ".bmp", ".cr2", ".cr3", ".dng", ".gif", ".heic", ".heif", ".ico", ".jfif", ".jp2", ".jxl", ".nef", ".orf", ".psd", ".raf", ".raw", ".rw2",
        ".svg", ".tif", ".tiff", ".webp",
    ];

    private readonly SortedDictionary<string, int> _unknownPictures = new(StringComparer.Ordinal);
    private readonly List<string> _dangling = [];
    private readonly List<string> _empty = [];
    private readonly List<string> _folders = [];
    private int _others;
    private bool _output;

    public bool Other(string extension)
    {
        if (PictureExtensions.Contains(extension)) _unknownPictures[extension] = _unknownPictures.GetValueOrDefault(extension) + 1;
        else _others++;
        return false;
    }

    public bool DanglingLink(string path) => Note(_dangling, path);

    public bool Empty(string path) => Note(_empty, path);

    public bool FolderAgain(string path) => Note(_folders, path);

    public void OutputFolder() => _output = true;

    /// <summary>All of it in one line; null where there is nothing to tell.</summary>
    public string? Describe()
    {
        var parts = new List<string>();
        if (_unknownPictures.Count > 0)
            parts.Add($"{string.Join(", ", _unknownPictures.Select(p => $"{p.Value} {p.Key}"))} (pictures can be {string.Join(", ", ImageFile.Extensions)})");
        if (_others > 0) parts.Add(Counted(_others, "other file"));
        Add(_dangling, "link to nothing", "links to nothing");
        Add(_empty, "file without content (empty, a pipe or a device)", "files without content (empty, a pipe or a device)");
        Add(_folders, "link to a folder already looked at", "links to folders already looked at");
        if (_output) parts.Add("the folder of --out");
        return parts.Count == 0 ? null : "passed over: " + string.Join("; ", parts);

        void Add(List<string> paths, string one, string many)
        {
            if (paths.Count > 0) parts.Add($"{paths.Count} {(paths.Count == 1 ? one : many)}, {(paths.Count == 1 ? "" : "such as ")}{paths[0]}");
        }
    }

    private static string Counted(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static bool Note(List<string> paths, string path)
    {
        paths.Add(path);
        return false;
    }
}
