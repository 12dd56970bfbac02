using System.IO.Compression;
using System.Xml.Linq;
using Xunit;

namespace Secateur.Packages.Tests;

[Collection(PackagedProduct.Name)]
public sealed class PackageContentTests(LocalFeed feed)
{
    public static TheoryData<string> Libraries => [.. OwnPackage.Libraries.Select(p => p.Id)];

    public static TheoryData<string> Packages => [.. OwnPackage.Libraries.Select(p => p.Id), OwnPackage.Tool];

    [Fact]
    public void Nothing_else_is_packed() => Assert.Equal(
        OwnPackage.Libraries.Select(p => p.Id).Append(OwnPackage.Tool).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(feed.Root, "*.nupkg").Select(path => Path.GetFileName(path).Replace($".{LocalFeed.Version}.nupkg", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Libraries))]
    public void A_library_holds_its_assembly_its_documentation_and_what_a_reader_wants(string id)
    {
        var name = OwnPackage.Of(id).AssemblyName;
        using var package = feed.Open(id);
        Assert.Equal(
            new[] { "CHANGELOG.md", "LICENSE", "README.md", $"lib/net10.0/{name}.dll", $"lib/net10.0/{name}.xml" }.Order(StringComparer.Ordinal),
            Files(package).Where(file => file != id + ".nuspec").Order(StringComparer.Ordinal));
        using var symbols = feed.Open(id, "snupkg");
        Assert.Equal([$"lib/net10.0/{name}.pdb"], Files(symbols).Where(file => file != id + ".nuspec"));
    }

    [Theory, MemberData(nameof(Packages))]
    public void A_package_says_what_it_is(string id)
    {
        var metadata = feed.ReadMetadata(id);
        Assert.Equal((id, LocalFeed.Version), (Value(metadata, "id"), Value(metadata, "version")));
        Assert.Equal("MIT", Value(metadata, "license"));
        Assert.Equal("README.md", Value(metadata, "readme"));
        Assert.Contains("CHANGELOG.md", Value(metadata, "releaseNotes"), StringComparison.Ordinal);
        Assert.Contains("face-detection", Value(metadata, "tags").Split(' '));
        Assert.EndsWith(".", Value(metadata, "description"), StringComparison.Ordinal);
        Assert.NotEqual("Package Description", Value(metadata, "description"));
    }

    [Theory, MemberData(nameof(Libraries))]
    public void A_library_depends_on_what_it_uses_and_on_Secateurs_packages_in_their_very_version(string id)
    {
        var dependencies = feed.ReadMetadata(id).Descendants().Where(e => e.Name.LocalName == "dependency").ToDictionary(e => (string)e.Attribute("id")!, e => (string)e.Attribute("version")!);
        Assert.Equal(OwnPackage.Of(id).Uses, dependencies.Keys.Order(StringComparer.Ordinal));
        foreach (var (used, version) in dependencies)
        {
            if (OwnPackage.Libraries.Any(p => p.Id == used)) Assert.Equal($"[{LocalFeed.Version}]", version);
            else Assert.Matches(@"^\d+(\.\d+)+$", version);
        }
    }

    [Fact]
    public void The_tool_holds_no_more_than_it_needs()
    {
        using var package = feed.Open(OwnPackage.Tool);
        var files = Files(package).ToList();
        Assert.DoesNotContain(files, file => file.Contains("Test", StringComparison.Ordinal) || file.EndsWith(".xml", StringComparison.Ordinal) && !file.EndsWith("DotnetToolSettings.xml", StringComparison.Ordinal));
        Assert.Equal(7, files.Count(file => file.Contains("/native/", StringComparison.Ordinal)));
        Assert.Contains("licenses/ILGPU/LICENSE.txt", files);
        Assert.Contains("licenses/SkiaSharp/THIRD-PARTY-NOTICES.txt", files);
        Assert.DoesNotContain(feed.ReadMetadata(OwnPackage.Tool).Descendants(), e => e.Name.LocalName == "dependency");
        Assert.InRange(new FileInfo(Path.Combine(feed.Root, $"{OwnPackage.Tool}.{LocalFeed.Version}.nupkg")).Length, 10_000_000, 50_000_000);
    }

    private static string Value(XElement metadata, string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;

    // Less what every package has for its format.
    private static IEnumerable<string> Files(ZipArchive package) =>
        package.Entries.Select(e => e.FullName).Where(file => !file.StartsWith("_rels/", StringComparison.Ordinal) && !file.StartsWith("package/", StringComparison.Ordinal) && file != "[Content_Types].xml");
}
