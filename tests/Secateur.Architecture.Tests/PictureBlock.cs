using System.Text.RegularExpressions;
using Secateur.TestSupport;

namespace Secateur.Architecture.Tests;

/// <summary>The picture in the documentation.</summary>
internal static partial class PictureBlock
{
    private static string Document => Path.Combine(SharedData.RepositoryRoot, "docs", "architecture.md");

    public static string Read() => Block().Match(File.ReadAllText(Document)).Groups[1].Value;

    public static void Write(string picture) => File.WriteAllText(Document, Block().Replace(File.ReadAllText(Document), $"```mermaid\n{picture}```"));

    [GeneratedRegex("```mermaid\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
