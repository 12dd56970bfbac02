using System.Text;

namespace Secateur.Weights.Files;

/// <summary>A file that may hold anything: its length is known, and reads are checked against it before memory is allocated.</summary>
internal sealed class UntrustedFile : IDisposable
{
    private const int ShownCharacters = 100;

    private UntrustedFile(string path, Stream stream)
    {
        Path = path;
        Stream = stream;
        Length = stream.Length;
    }

    public string Path { get; }

    public Stream Stream { get; }

    public long Length { get; }

    /// <exception cref="InvalidFileException">A directory, an empty file, or something that has no length.</exception>
    public static UntrustedFile Open(string path)
    {
        if (Directory.Exists(path)) throw new InvalidFileException(path, "is a directory, expected a file");
        if (BoundedFile.IsWithoutLength(path)) throw new InvalidFileException(path, "is empty, or a pipe or a device");
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            if (!stream.CanSeek) throw new InvalidFileException(path, "is not a regular file");
            if (stream.Length == 0) throw new InvalidFileException(path, "is empty");
            return new UntrustedFile(path, stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>A file that is in memory.</summary>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="InvalidFileException">It is empty.</exception>
    public static UntrustedFile Of(string name, byte[] content) =>
        content.Length > 0 ? new UntrustedFile(name, new MemoryStream(content, writable: false)) : throw new InvalidFileException(name, "is empty");

    /// <summary>Up to <paramref name="count"/> bytes from the start.</summary>
    public byte[] ReadStart(int count) => Read(0, Math.Min(count, Length));

    public byte[] Read(long offset, long count)
    {
        if (count > Array.MaxLength) throw Invalid($"{count} bytes at byte {offset}: more than 2 GB in one piece is not supported");
        if (offset + count > Length) throw Invalid($"ends at byte {Length}, expected {count} bytes at byte {offset}");
        var bytes = new byte[count];
        try
        {
            Stream.Position = offset;
            Stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException e)
        {
            throw Invalid("became shorter while it was read", e);
        }
        return bytes;
    }

    public InvalidFileException Invalid(string problem, Exception? inner = null) => new(Path, problem, inner);

    public void Dispose() => Stream.Dispose();

    /// <summary>Text from a file in a form fit for a message: quoted, short, no control characters.</summary>
    public static string Show(string text) => $"'{Plain(text)}'";

    /// <summary>The same without the quotes.</summary>
    public static string Plain(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, ShownCharacters))) shown.Append(char.IsControl(c) ? '?' : c);
        return shown.Append(text.Length > ShownCharacters ? "..." : "").ToString();
    }
}
