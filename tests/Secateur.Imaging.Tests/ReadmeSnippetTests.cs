using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Secateur.TestSupport;

namespace Secateur.Imaging.Tests;

public sealed class ReadmeSnippetTests
{
    // What a new console project has.
    private const string ImplicitUsings = "global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic;";
    private const string Fence = "```csharp";

    [Fact]
    public void The_readmes_snippets_compile_as_they_stand()
    {
        var parts = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "README.md")).Split(Fence)[1..].Select(part => part.Split("```")[0]).ToArray();
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
