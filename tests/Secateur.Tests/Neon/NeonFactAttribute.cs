using System.Runtime.InteropServices;
using Xunit;

namespace Secateur.Tests.Neon;

/// <summary>A test that runs code for ARM in an emulator; skipped, saying why, where that or ARM's system libraries are missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public class NeonFactAttribute : FactAttribute
{
    /// <summary>The emulator.</summary>
    public const string Emulator = "qemu-aarch64";

    /// <summary>Where the system libraries are.</summary>
    public const string Libraries = "/usr/aarch64-linux-gnu";

    public NeonFactAttribute()
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        var isThere = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
            && folders.Any(folder => File.Exists(Path.Combine(folder, Emulator))) && File.Exists(Path.Combine(Libraries, "lib", "libstdc++.so.6"));
        if (!isThere) Skip = $"{Emulator} or its libraries are not there (Linux on x64): apt-get install qemu-user libstdc++6-arm64-cross";
    }
}

/// <summary>One that takes minutes: run where <c>SECATEUR_SLOW_TESTS</c> is 1.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SlowNeonFactAttribute : NeonFactAttribute
{
    public SlowNeonFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("SECATEUR_SLOW_TESTS") != "1") Skip ??= "emulates ARM for minutes: set SECATEUR_SLOW_TESTS=1 to run this test";
    }
}
