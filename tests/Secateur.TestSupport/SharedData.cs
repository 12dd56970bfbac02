using Xunit;

namespace Secateur.TestSupport;

/// <summary>Finds the reference data that is not part of the repository: <c>SECATEUR_DATA</c>, or <c>../shared/data</c> beside the repository.</summary>
public static class SharedData
{
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    private static string Root { get; } =
        Environment.GetEnvironmentVariable("SECATEUR_DATA") is { Length: > 0 } set
            ? set
            : Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "data"));

    public static string? MissingReason =>
        Directory.Exists(Root) ? null : "reference data not found: set SECATEUR_DATA to its folder to run this test";

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string FindRepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Secateur.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("Secateur.slnx not found above the test binaries");
    }
}

/// <summary>A test that needs the reference data; skipped, saying why, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute() => Skip = SharedData.MissingReason;
}

/// <summary>A theory that needs the reference data; skipped, saying why, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute() => Skip = SharedData.MissingReason;
}
