namespace Secateur.Demo;

/// <summary>
/// The folder of a demonstration. A hidden file marks it, so that the next demonstration may replace what this one wrote, and nothing else; that file
/// is held open meanwhile, to keep two from working in one folder.
/// </summary>
internal sealed class DemoFolder : IDisposable
{
    private const string Marker = ".secateur-demo";
    private readonly string _path;
    private readonly FileStream _lock;

    private DemoFolder(string path, FileStream held) => (_path, _lock) = (path, held);

    /// <summary>The drawn images.</summary>
    public string Data => Path.Combine(_path, "data");

    /// <summary>The page.</summary>
    public string Report => Path.Combine(_path, "report.html");

    /// <summary>The folder of a training or pruning run.</summary>
    public string Run(string name) => Path.Combine(Runs, name);

    private string Runs => Path.Combine(_path, "runs");

    /// <summary>Makes the folder, or empties that of an earlier demonstration.</summary>
    /// <exception cref="IOException">It holds other things, another demonstration works there, or it cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written there.</exception>
    public static DemoFolder Open(string path)
    {
        var marker = Path.Combine(path, Marker);
        if (File.Exists(path)) throw new IOException($"{path}: is a file; name a folder for the demo");
        if (Directory.Exists(path) && !File.Exists(marker) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new IOException($"{path}: exists and holds no demo; name another folder");
        Directory.CreateDirectory(path);
        var folder = new DemoFolder(path, Hold(marker));
        try
        {
            folder.Clear();
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static FileStream Hold(string marker)
    {
        try
        {
            return new FileStream(marker, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new IOException($"{Path.GetDirectoryName(marker)}: another demo works there, or the folder cannot be written ({error.Message})", error);
        }
    }

    private void Clear()
    {
        File.Delete(Report);
        foreach (var part in new[] { Data, Runs })
        {
            if (Directory.Exists(part)) Directory.Delete(part, recursive: true);
        }
    }
}
