using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Packages.Tests;

[Collection(PackagedProduct.Name)]
public sealed class PackageOriginTests(LocalFeed feed)
{
#if DEBUG
    private const string? Skip = "only a Release build leaves out where it was made; a debugger wants to know";
#else
    private const string? Skip = null;
#endif

    // Of a document in the symbols: its text.
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    public static TheoryData<string> Files => [.. OwnPackage.Libraries.SelectMany(p => new[] { p.Id + ".nupkg", p.Id + ".snupkg" }), OwnPackage.Tool + ".nupkg"];

    public static TheoryData<string> Libraries => PackageContentTests.Libraries;

    [Theory(Skip = Skip), MemberData(nameof(Files))]
    public void A_package_does_not_tell_where_it_was_made(string file)
    {
        var places = new[] { SharedData.RepositoryRoot, PackageFolder.Machine.TrimEnd('/', '\\') }
            .SelectMany(place => new[] { Encoding.UTF8.GetBytes(place), Encoding.Unicode.GetBytes(place) }).ToList();
        using var package = feed.Open(Path.GetFileNameWithoutExtension(file), Path.GetExtension(file)[1..]);
        foreach (var entry in package.Entries)
        {
            var content = Read(entry);
            Assert.All(places, place => Assert.True(content.AsSpan().IndexOf(place) < 0, $"{entry.FullName} names {SharedData.RepositoryRoot}"));
        }
    }

    [Theory(Skip = Skip), MemberData(nameof(Libraries))]
    public void The_symbols_hold_every_source(string id)
    {
        using var package = feed.Open(id, "snupkg");
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(Read(package.Entries.Single(e => e.Name.EndsWith(".pdb", StringComparison.Ordinal)))));
        var symbols = provider.GetMetadataReader();
        Assert.NotEmpty(symbols.Documents);
        foreach (var document in symbols.Documents)
        {
            var name = symbols.GetString(symbols.GetDocument(document).Name);
            Assert.StartsWith("/_/", name, StringComparison.Ordinal);
            Assert.True(symbols.GetCustomDebugInformation(document).Any(i => symbols.GetGuid(symbols.GetCustomDebugInformation(i).Kind) == EmbeddedSource), name);
        }
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
