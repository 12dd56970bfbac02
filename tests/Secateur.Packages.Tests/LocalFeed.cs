using System.IO.Compression;
using System.Xml.Linq;
using Secateur.Detection;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Packages.Tests;

/// <summary>All packages, made once from what is built, in a folder that serves as a feed.</summary>
public sealed class LocalFeed : IAsyncLifetime, IDisposable
{
    // No version that was ever given away: no other feed of the machine has it.
    public static string Version { get; } = typeof(FaceDetector).Assembly.GetName().Version!.ToString(3) + "-check";

    private readonly TemporaryFolder _folder = new();

    /// <summary>The folder.</summary>
    public string Root => _folder.Root;

    public Task InitializeAsync()
    {
        PackageFolder.Clear();
        return Dotnet.Sdk(
            SharedData.RepositoryRoot, "pack", "Secateur.slnx", "-c", PackageFolder.Configuration, "--no-build", "-o", Root, "-v", "q", "-warnaserror", $"-p:PackageVersion={Version}");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _folder.Dispose();
        PackageFolder.Clear();
    }

    /// <summary>A package, to be read.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="extension">Or <c>snupkg</c>, its symbols.</param>
    public ZipArchive Open(string id, string extension = "nupkg") => ZipFile.OpenRead(_folder.PathOf($"{id}.{Version}.{extension}"));

    /// <summary>What a package says of itself.</summary>
    public XElement ReadMetadata(string id)
    {
        using var package = Open(id);
        using var text = package.GetEntry(id + ".nuspec")!.Open();
        return XDocument.Load(text).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
    }
}

/// <summary>The tests that share the packages; one at a time, for each keeps the machine busy.</summary>
[CollectionDefinition(Name)]
public sealed class PackagedProduct : ICollectionFixture<LocalFeed>
{
    public const string Name = "packages";
}
