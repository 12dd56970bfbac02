using Xunit;

namespace Secateur.Page.Tests;

/// <summary>A test that needs Chromium; skipped, saying why, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute()
    {
        if (Chromium is null) Skip = "there is no Chromium: install it to run this test, e.g. apt-get install chromium";
    }

    /// <summary>The program; null where there is none.</summary>
    public static string? Chromium { get; } = new[] { "chromium", "chromium-browser", "google-chrome" }
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);
}
