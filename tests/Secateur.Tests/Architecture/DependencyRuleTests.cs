using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Architecture;

public class DependencyRuleTests
{
    private static readonly SourceFile[] Sources = [.. Read("*.cs")];
    private static readonly DependencyRule Rule = new(Sources);

    [Fact]
    public void Sources_use_what_is_below_them()
    {
        Assert.True(Sources.Length > 100, $"only {Sources.Length} sources were found");
        Assert.Empty(Sources.SelectMany(Rule.CheckSource));
    }

    [Fact]
    public void Projects_reference_what_is_below_them()
    {
        var projects = Read("*.csproj").ToList();
        Assert.True(projects.Count >= 4, $"only {projects.Count} projects were found");
        Assert.Empty(projects.SelectMany(DependencyRule.CheckProject));
    }

    [Theory]
    [InlineData("src/Secateur/Kernels/Bad.cs", "using Secateur.Graph;", "Secateur.Kernels may not use Secateur.Graph")]
    [InlineData("src/Secateur/Runtime/Bad.cs", "using Secateur.Pruning.Compaction;", "may not use Secateur.Pruning")]
    [InlineData("src/Secateur/Kernels/Conv2d/Bad.cs", "var n = new global::Secateur.Graph.ReluNode(\"r\", 0);", "may not use Secateur.Graph")]
    [InlineData("src/Secateur/Graph/Bad.cs", "namespace Secateur.Graph;\nclass Bad { Runtime.InferencePlan? Plan; }", "may not use Secateur.Runtime")]
    [InlineData("src/Secateur/Weights/Bad.cs", "using M = Secateur.Models.EResFd;", "may not use Secateur.Models")]
    [InlineData("src/Secateur/Bad.cs", "using Secateur.Pixels;", "Secateur may not use Secateur.Pixels")]
    [InlineData("src/Secateur.Imaging/Png/Bad.cs", "using Secateur.WiderFace;", "may not use Secateur.WiderFace")]
    [InlineData("src/Secateur.Training/Runs/Bad.cs", "using Secateur.Demo.Scenes;", "may not use Secateur.Demo")]
    [InlineData("src/Secateur/Kernels/Bad.cs", "namespace Secateur.Pixels;", "its folder says Secateur.Kernels")]
    [InlineData("src/Secateur/Elsewhere/Bad.cs", "", "has no place in the order")]
    [InlineData("src/Secateur/Pixels/Bad.cs", "[LibraryImport(\"c\")] static partial int getpid();", "found LibraryImport")]
    [InlineData("src/Secateur/Bad.cs", "[DllImport(\"c\")] static extern int getpid();", "found DllImport")]
    public void A_source_that_breaks_the_rule_is_found(string path, string text, string problem) =>
        Assert.Contains(problem, Assert.Single(Rule.CheckSource(new SourceFile(path, text))), StringComparison.Ordinal);

    [Theory]
    [InlineData("src/Secateur/Pruning/Good.cs", "using Secateur.Graph;\nusing Secateur.Kernels;\nnamespace Secateur.Pruning;")]
    [InlineData("src/Secateur/Kernels/Good.cs", "// using Secateur.Graph;\n/* Secateur.Runtime.InferencePlan */ class A;")]
    [InlineData("src/Secateur/Kernels/Good.cs", "class A { int[] Weights = []; int Count => Weights.Length; }")]
    [InlineData("src/Secateur.Imaging/Jpeg/Good.cs", "[LibraryImport(\"turbojpeg\")] static partial int tjDestroy();")]
    [InlineData("src/Secateur/Graph/Good.cs", "var url = \"http://x\"; Kernels.Tensor? t = null;")]
    public void A_source_that_keeps_the_rule_is_left_alone(string path, string text) =>
        Assert.Empty(Rule.CheckSource(new SourceFile(path, text)));

    [Theory]
    [InlineData("Secateur", "<ProjectReference Include=\"../Secateur.Imaging/Secateur.Imaging.csproj\" />", "may not reference Secateur.Imaging")]
    [InlineData("Secateur.Imaging", "<ProjectReference Include=\"..\\Secateur.Cli\\Secateur.Cli.csproj\" />", "may not reference Secateur.Cli")]
    [InlineData("Secateur.WiderFace", "<ProjectReference Include=\"../Other/Other.csproj\" />", "may not reference Other")]
    [InlineData("Secateur", "<PackageReference Include=\"Spectre.Console\" />", "the library references Spectre.Console")]
    public void A_project_that_breaks_the_rule_is_found(string project, string item, string problem)
    {
        var file = new SourceFile($"src/{project}/{project}.csproj", $"<Project><ItemGroup>{item}</ItemGroup></Project>");
        Assert.Contains(problem, Assert.Single(DependencyRule.CheckProject(file)), StringComparison.Ordinal);
    }

    private static IEnumerable<SourceFile> Read(string pattern)
    {
        var root = SharedData.RepositoryRoot;
        return Directory.EnumerateFiles(Path.Combine(root, "src"), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(folder => folder is "bin" or "obj"))
            .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(root, path))));
    }
}
