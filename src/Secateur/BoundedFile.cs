namespace Secateur;

/// <summary>Reads whole files that may be hostile: not a directory, not endless.</summary>
public static class BoundedFile
{
    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxLength">A longer one is refused before memory is set aside.</param>
    /// <exception cref="InvalidFileException">It is a directory, a pipe or a device, or too long.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] ReadAllBytes(string path, int maxLength)
    {
        if (Directory.Exists(path)) throw new InvalidFileException(path, "is a directory, expected a file");
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (!stream.CanSeek) throw new InvalidFileException(path, "is a pipe or a device, expected a file");
        if (stream.Length > maxLength) throw new InvalidFileException(path, $"is {stream.Length} bytes long, expected at most {maxLength}");
        var content = GC.AllocateUninitializedArray<byte>((int)stream.Length);
        stream.ReadExactly(content);
        return content;
    }
}
