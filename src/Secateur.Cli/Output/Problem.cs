namespace Secateur.Cli.Output;

/// <summary>Failures as the user sees them: one line on stderr each.</summary>
internal static class Problem
{
    /// <summary>What went wrong, without the names that only the source code knows.</summary>
    public static string Describe(Exception error) => error switch
    {
        OutOfMemoryException => "not enough memory for this image size; try a smaller one (--scale, --imgsz) or fewer --threads",
        ArgumentException { ParamName: { } name } => error.Message.Split(Environment.NewLine)[0].Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
        _ => error.Message,
    };

    /// <summary>Writes one line, whatever characters file and layer names bring into it.</summary>
    public static void Write(string message)
    {
        var line = string.Concat(message.ReplaceLineEndings(" ").Select(c => char.IsControl(c) ? ' ' : c));
        Console.Error.WriteLine("secateur: " + line);
    }
}
