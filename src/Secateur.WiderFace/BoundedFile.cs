namespace Secateur.WiderFace;

/// <summary>Reads a whole file that may be hostile: not a directory, not endless.</summary>
internal static class BoundedFile
{
    private const int MaxLength = 1 << 26;

    /// <summary>The bytes of a file of at most 64 MiB.</summary>
    /// <exception cref="InvalidFileException">It is a directory or longer than that.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        if (Directory.Exists(path)) throw new InvalidFileException(path, "is a directory, expected a file");
        using var stream = File.OpenRead(path);
        if (!stream.CanSeek) throw new InvalidFileException(path, "is not a regular file");
        if (stream.Length > MaxLength)
            throw new InvalidFileException(path, $"is {stream.Length} bytes long, expected at most {MaxLength}");
        var bytes = new byte[stream.Length];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
