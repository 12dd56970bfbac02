namespace Secateur;

/// <summary>A file cannot be read: the message names the file, what is wrong, and where it can be told what was expected and found.</summary>
public sealed class InvalidFileException : IOException
{
    /// <summary>Builds the message <c>path: problem</c>.</summary>
    /// <param name="path">The file, as the caller named it.</param>
    /// <param name="problem">What is wrong: offset, expected, found.</param>
    /// <param name="inner">The cause, if another exception told of it.</param>
    public InvalidFileException(string path, string problem, Exception? inner = null)
        : base($"{path}: {problem}", inner)
    {
        Path = path;
        Problem = problem;
    }

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>What is wrong with it.</summary>
    public string Problem { get; }
}
