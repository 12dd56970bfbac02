namespace Secateur;

/// <summary>Writes a file so that its name only ever holds the old content or the whole new one.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes to a temporary file in the folder of <paramref name="path"/>, flushes it to the disk and renames it to <paramref name="path"/>,
    /// replacing a file of that name. When anything fails, the temporary file is deleted and the old file stays.
    /// </summary>
    /// <param name="path">The file to write; its folder must exist.</param>
    /// <param name="write">Writes the content to the (seekable) stream that it is given.</param>
    /// <exception cref="IOException">The folder does not exist, the disk is full, or the name cannot be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to write in the folder, or <paramref name="path"/> is a directory.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var target = Path.GetFullPath(path);
        var temporary = Path.Combine(Path.GetDirectoryName(target) ?? target, $".{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception error)
        {
            File.Delete(temporary);
            var problem = $"{path}: cannot be written: {error.Message.Replace(temporary, target, StringComparison.Ordinal)}";

            // Not every message names the file, and those that do name the temporary one. A file beyond the largest allowed size (of the file
            // system, or of a quota) is an argument out of range to FileStream.
            if (error.GetType() == typeof(IOException) || error is ArgumentOutOfRangeException { ParamName: "value" })
                throw new IOException(problem.Split(Environment.NewLine)[0], error);
            if (error is UnauthorizedAccessException) throw new UnauthorizedAccessException(problem, error);
            throw;
        }
    }
}
