using System.Reflection;
using Secateur.TestSupport;

namespace Secateur.Packages.Tests;

/// <summary>
/// Where packages are unpacked. Those of Secateur only for a run, so that no older one answers. Those of others are taken from where the machine has them; what it lacks
/// (the compiler to native code) is kept for the next run.
/// </summary>
internal static class PackageFolder
{
    public static string Path { get; } = System.IO.Path.Combine(SharedData.RepositoryRoot, "artifacts", "packages");

    /// <summary>The machine's.</summary>
    public static string Machine { get; } = Metadata("PackageFolder");

    /// <summary>How these tests, and so the packages, were built.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    public static void Clear()
    {
        Directory.CreateDirectory(Path);
        foreach (var own in Directory.EnumerateDirectories(Path, "secateur*")) Directory.Delete(own, recursive: true);
    }

    private static string Metadata(string key) =>
        typeof(PackageFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
