namespace Secateur.Training.Runs;

/// <summary>Keeps a folder to one process.</summary>
internal static class FolderLock
{
    /// <summary>Keeps other processes from working in a folder until it is disposed of; and removes what a killed one left half written.</summary>
    /// <exception cref="IOException">Another process works there.</exception>
    public static IDisposable Take(string folder)
    {
        FileStream held;
        try
        {
            held = new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error is not FileNotFoundException and not DirectoryNotFoundException)
        {
            throw new IOException($"{folder}: another process works on this run, or the folder cannot be written ({error.Message})", error);
        }

        foreach (var draft in Directory.GetFiles(folder, ".*.tmp")) File.Delete(draft);
        return held;
    }
}
