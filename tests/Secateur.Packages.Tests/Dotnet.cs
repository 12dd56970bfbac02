using System.Diagnostics;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Packages.Tests;

/// <summary>Programs that are run as a stranger would.</summary>
internal static class Dotnet
{
    /// <summary>Runs the SDK; it must succeed.</summary>
    public static Task<string> Sdk(string folder, params string[] args) => Run(SecateurProcess.Host, folder, args);

    /// <summary>Runs a program; it must succeed.</summary>
    /// <returns>Its stdout.</returns>
    public static async Task<string> Run(string program, string folder, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // The test host's own settings are not a stranger's; and no server may outlive the command, with this process's pipes.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["NUGET_PACKAGES"] = PackageFolder.Path;

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await HangGuard.WaitFor(process.WaitForExitAsync());
        var (said, complained) = (await output, await error);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', args)} ended with {process.ExitCode}:\n{said}{complained}");
        return said;
    }
}
