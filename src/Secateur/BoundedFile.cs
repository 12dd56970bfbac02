namespace Secateur;

/// <summary>Reads whole files that may be hostile: not a directory, not endless.</summary>
public static class BoundedFile
{
    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxLength">A longer one is refused before memory is set aside.</param>
    /// <exception cref="InvalidFileException">It is a directory, or too long.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] ReadAllBytes(string path, int maxLength)
    {
        if (IsWithoutLength(path)) return [];
        using var stream = Open(path);
        return stream.Length <= maxLength
            ? Read(stream, (int)stream.Length)
            : throw new InvalidFileException(path, $"is {stream.Length} bytes long, expected at most {maxLength}");
    }

    /// <summary>The first bytes of a file, for those whose header is all that matters.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">As many bytes, or all of a shorter file.</param>
    /// <exception cref="InvalidFileException">It is a directory, a pipe or a device.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] ReadFront(string path, int length)
    {
        if (IsWithoutLength(path)) return [];
        using var stream = Open(path);
        return Read(stream, (int)Math.Min(stream.Length, length));
    }

    /// <summary>Whether a file has no bytes. So it is with pipes and devices, which are not opened: it could take for ever.</summary>
    internal static bool IsWithoutLength(string path)
    {
        var file = new FileInfo(path);
        return file.Exists && (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file) is { Exists: true, Length: 0 };
    }

    private static FileStream Open(string path)
    {
        if (Directory.Exists(path)) throw new InvalidFileException(path, "is a directory, expected a file");
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (stream.CanSeek) return stream;
        stream.Dispose();
        throw new InvalidFileException(path, "is a pipe or a device, expected a file");
    }

    private static byte[] Read(FileStream stream, int length)
    {
        var content = GC.AllocateUninitializedArray<byte>(length);
        stream.ReadExactly(content);
        return content;
    }
}
