namespace Secateur.Training.Runs;

/// <summary>Makes folders that are there whole or not at all.</summary>
internal static class NewFolder
{
    /// <summary>Fills a folder under another name, and gives it its own when it is complete.</summary>
    /// <param name="path">The folder; with <paramref name="numbered"/>, without its number.</param>
    /// <param name="numbered">Whether to take the first number, from 1, that is free; two that begin at once get two.</param>
    /// <param name="advice">What to do where there is such a folder.</param>
    /// <param name="fill">Writes what is to be in the folder that it is given.</param>
    /// <returns>Its name.</returns>
    /// <exception cref="IOException">There is something of that name, or it cannot be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written there.</exception>
    public static string Create(string path, bool numbered, string advice, Action<string> fill)
    {
        var stem = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var parent = Directory.CreateDirectory(Path.GetDirectoryName(stem) ?? stem).FullName;
        var draft = Path.Combine(parent, $".{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(draft);
            fill(draft);
            for (var number = 1; ; number++)
            {
                var suffix = numbered ? $"-{number}" : "";
                if (TryMove(draft, stem + suffix)) return Path.TrimEndingDirectorySeparator(path) + suffix;
                if (!numbered) throw new IOException($"{path}: exists already; {advice}");
            }
        }
        finally
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        }
    }

    /// <summary>False where there is something of that name, even since a moment ago.</summary>
    private static bool TryMove(string draft, string target)
    {
        if (Path.Exists(target)) return false;
        try
        {
            Directory.Move(draft, target);
            return true;
        }
        catch (IOException) when (Path.Exists(target))
        {
            return false;
        }
    }
}
