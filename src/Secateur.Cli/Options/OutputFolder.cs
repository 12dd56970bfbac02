using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace Secateur.Cli.Options;

/// <summary>
/// A folder for many files. It remembers what was written there, by name and content, so that a further run replaces that, but nothing that is the
/// user's own.
/// </summary>
internal sealed class OutputFolder
{
    private const string MemoryName = ".written-by-secateur";
    private const int MaxLength = 1 << 26;

    private readonly string _folder;
    private readonly ConcurrentDictionary<string, string> _written;

    /// <summary>Reads what was written there before; makes nothing.</summary>
    public OutputFolder(string folder) => (_folder, _written) = (folder, new(Read(Path.Combine(folder, MemoryName))));

    /// <summary>Makes sure, before any work, that nothing is replaced but what an earlier run wrote.</summary>
    /// <exception cref="UsageException">There is a file of the user's own.</exception>
    public void Check(IEnumerable<string> targets)
    {
        if (targets.FirstOrDefault(IsForeign) is { } own) throw new UsageException(Describe(own));
    }

    /// <summary>Writes a file and remembers it; different files from several threads.</summary>
    /// <exception cref="IOException">It cannot be written, or a file of the user's own came there meanwhile.</exception>
    public void Write(string path, Action write)
    {
        if (IsForeign(path)) throw new IOException(Describe(path));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        write();
        _written[NameOf(path)] = Digest(path);
    }

    /// <summary>Keeps the memory for the next run.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save()
    {
        Directory.CreateDirectory(_folder);
        AtomicFile.Write(Path.Combine(_folder, MemoryName), stream => JsonSerializer.Serialize(stream, _written.ToDictionary()));
    }

    private static string Describe(string path) => $"{path}: exists already, and is not what secateur wrote there; name another folder with --out";

    private bool IsForeign(string path) => Path.Exists(path) && !(_written.TryGetValue(NameOf(path), out var digest) && File.Exists(path) && Digest(path) == digest);

    private string NameOf(string path) => Path.GetRelativePath(_folder, path);

    private static string Digest(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static Dictionary<string, string> Read(string path)
    {
        if (!File.Exists(path)) return [];
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(BoundedFile.ReadAllBytes(path, MaxLength)) ?? [];
        }
        catch (JsonException)
        {
            // Without memory everything there is the user's own.
            return [];
        }
    }
}
