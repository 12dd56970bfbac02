using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Secateur.TestSupport;

namespace Secateur.Imaging.Tests;

public sealed class ReadmeTests
{
    private const string Fence = "```";

    /// <summary>What a new console project uses without saying so.</summary>
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading.Tasks;";

    [Fact]
    public void The_library_snippets_compile_as_they_stand()
    {
        var snippets = Snippets(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "README.md"))).ToArray();
        Assert.Contains(snippets, snippet => snippet.Contains("using Secateur.Imaging;", StringComparison.Ordinal));
        Assert.All(snippets, snippet => Assert.Empty(Problems(snippet)));
    }

    [Fact]
    public void A_name_without_its_using_is_a_problem() =>
        Assert.Contains(Problems("using var detector = FaceDetector.Load(\"small.safetensors\");"), problem => problem.Contains("FaceDetector", StringComparison.Ordinal));

    private static IEnumerable<string> Snippets(string markdown) =>
        markdown.Split(Fence + "csharp\n").Skip(1).Select(rest => rest[..rest.IndexOf(Fence, StringComparison.Ordinal)]);

    /// <summary>Compiles a program against the assemblies that this test runs with.</summary>
    private static IEnumerable<string> Problems(string program)
    {
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "snippet",
            [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(program)],
            assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication));
        return compilation.GetDiagnostics().Where(found => found.Severity >= DiagnosticSeverity.Warning).Select(found => found.ToString());
    }
}
