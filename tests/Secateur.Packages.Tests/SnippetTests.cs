using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Secateur.Packages.Tests;

public sealed class SnippetTests
{
    // What a new console project has.
    private const string ImplicitUsings = "global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic;";

    public static TheoryData<string> Documents => [.. Snippets.Documents];

    [Theory, MemberData(nameof(Documents))]
    public void Snippets_compile_as_they_stand(string document)
    {
        var parts = Snippets.Of(document);
        Assert.NotEmpty(parts);
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        foreach (var part in parts)
        {
            var compilation = CSharpCompilation.Create(
                "snippet", [CSharpSyntaxTree.ParseText(part), CSharpSyntaxTree.ParseText(ImplicitUsings)], platform, new CSharpCompilationOptions(OutputKind.ConsoleApplication));
            Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString()));
        }
    }
}
