using System.Text.RegularExpressions;
using System.Xml.Linq;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Architecture.Tests;

public partial class ArchitectureTests
{
    [Fact]
    public void No_folder_uses_one_that_uses_it()
    {
        Assert.True(Product.Uses.Count > 1000, $"only {Product.Uses.Count} uses were found");
        Assert.Empty(FolderCircles.Find(Product.Uses));
    }

    [Fact]
    public void The_picture_in_the_documentation_is_true() =>
        Assert.Equal(FolderPicture.Draw(Product.Uses, Product.Projects.Select(p => p.Project)), PictureBlock.Read(), ignoreLineEndingDifferences: true);

    [Fact]
    public void The_namespace_of_a_file_is_its_folder()
    {
        foreach (var (path, text) in Product.Files("*.cs"))
        {
            var found = NamespaceLine().Match(text).Groups[1].Value;
            if (found.Length > 0) Assert.Equal((path, string.Join('.', path.Split('/')[1..^1])), (path, found));
        }
    }

    [Fact]
    public void The_library_calls_no_native_code_and_has_no_packages()
    {
        var (_, assembly) = Product.Projects.Single(p => p.Project == "Secateur");
        Assert.Empty(TypeUses.NativeCalls(assembly));
        var project = Product.Files("Secateur.csproj").Single().Text;
        Assert.DoesNotContain(XDocument.Parse(project).Descendants(), e => e.Name.LocalName is "PackageReference" or "Reference" or "ProjectReference");
    }

    [Fact]
    public void Random_numbers_come_from_the_generator_whose_sequence_is_promised()
    {
        Assert.All(Product.Projects, p => Assert.Empty(TypeUses.UsersOf(p.Assembly, "System.Random")));
        Assert.NotEmpty(TypeUses.UsersOf(typeof(TemporaryFolder).Assembly.Location, "System.Random"));
    }

    [Fact]
    public void Native_code_is_found_where_it_is_called()
    {
        var imaging = Product.Projects.Single(p => p.Project == "Secateur.Imaging").Assembly;
        Assert.Contains(TypeUses.NativeCalls(imaging), m => m.Contains("tj", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Uses_are_found_in_signatures_code_and_type_arguments_but_not_in_comments()
    {
        var uses = TypeUses.Read([typeof(ArchitectureTests).Assembly.Location], "Secateur.Architecture.Tests.Samples").ToList();
        Assert.Contains(uses, u => u.FromType.EndsWith("Low.Caller", StringComparison.Ordinal) && u.ToType.EndsWith("High.Called", StringComparison.Ordinal));
        Assert.Contains(uses, u => u.FromType.EndsWith("High.Holder", StringComparison.Ordinal) && u.ToType.EndsWith("Low.Element", StringComparison.Ordinal));
        Assert.DoesNotContain(uses, u => u.FromType.EndsWith("Low.Element", StringComparison.Ordinal) && u.To != u.From);
        Assert.StartsWith("Secateur.Architecture.Tests.Samples: High -> Low (", Assert.Single(FolderCircles.Find(uses)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A.X>A.Y A.Y>A.Z", null)]
    [InlineData("A.X>A.Y A.Y>A.X", "A: X -> Y")]
    [InlineData("A.X>A.Y A.Y>A.Z A.Z>A.X", "A: X -> Y")]
    [InlineData("A>A.X A.X>A", "A: X -> its own files")]
    [InlineData("A>A.X A.X>A.Y", null)]
    [InlineData("A.X.P>A.Y.Q A.Y.R>A.X.S", "A: X -> Y")]
    [InlineData("A.X>B.Y B.Z>A.W", "projects: A -> B")]
    public void Circles_are_found_at_every_depth(string uses, string? circle)
    {
        var found = FolderCircles.Find([.. uses.Split(' ').Select(u => u.Split('>')).Select(u => new TypeUse(u[0], u[1], u[0] + ".F", u[1] + ".T"))]).ToList();
        if (circle is null) Assert.Empty(found);
        else Assert.StartsWith(circle, Assert.Single(found), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
