using Secateur.TestSupport;

namespace Secateur.Packages.Tests;

/// <summary>A console project of a stranger, made from nothing, that uses the packages.</summary>
internal sealed class Consumer : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="feed">The packages.</param>
    /// <param name="program">Its only source.</param>
    /// <param name="packages">What it refers to.</param>
    /// <param name="rooted">Assemblies that are compiled whole, whatever the program uses of them.</param>
    public Consumer(LocalFeed feed, string program, IEnumerable<string> packages, params IEnumerable<string> rooted)
    {
        // The machine's own sources stay: the file only adds to them.
        _folder.Write("nuget.config", $"""
            <configuration>
              <packageSources><add key="secateur-check" value="{feed.Root}" /></packageSources>
              <fallbackPackageFolders><add key="machine" value="{PackageFolder.Machine}" /></fallbackPackageFolders>
            </configuration>
            """);
        _folder.Write("app.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <InvariantGlobalization>true</InvariantGlobalization>
                <IlcInstructionSet>native</IlcInstructionSet>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                {Items(packages, id => $"<PackageReference Include=\"{id}\" Version=\"[{LocalFeed.Version}]\" />")}
                {Items(rooted, assembly => $"<TrimmerRootAssembly Include=\"{assembly}\" />")}
              </ItemGroup>
            </Project>
            """);
        _folder.Write("Program.cs", program);
        Sample.Write(_folder.Root);
    }

    public string Root => _folder.Root;

    /// <summary>Builds it for the runtime of this machine, as a project comes, and returns the assembly's path. A warning is an error.</summary>
    public async Task<string> Build()
    {
        await Dotnet.Sdk(Root, "build", "-c", "Release", "-o", "built", "-v", "q", "-warnaserror");
        return _folder.PathOf("built", "app.dll");
    }

    /// <summary>Makes a program of it that needs no runtime, and returns its path. A warning is an error.</summary>
    public async Task<string> Publish(string name, params string[] properties)
    {
        await Dotnet.Sdk(Root, ["publish", "-c", "Release", "-o", name, "-v", "q", "-warnaserror", "--use-current-runtime", .. properties.Select(p => "-p:" + p)]);
        return _folder.PathOf(name, OperatingSystem.IsWindows() ? "app.exe" : "app");
    }

    public void Dispose() => _folder.Dispose();

    private static string Items(IEnumerable<string> values, Func<string, string> item) => string.Join("\n    ", values.Select(item));
}
