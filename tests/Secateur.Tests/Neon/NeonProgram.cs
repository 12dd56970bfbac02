using System.Diagnostics;
using Secateur.TestSupport;

namespace Secateur.Tests.Neon;

/// <summary>These tests as a program for ARM, built when it is first run.</summary>
public sealed class NeonProgram
{
    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "artifacts", "neon");
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    private readonly Lazy<Task<string>> _file = new(Build);

    /// <summary>Runs it in the emulator.</summary>
    /// <param name="classes">The test classes to run; with none, it prints what <see cref="Runtime.SimdProbe"/> does.</param>
    /// <returns>The exit code, and all that it printed.</returns>
    public async Task<(int Code, string Output)> Run(params string[] classes) =>
        await Run(NeonFactAttribute.Emulator, ["-L", NeonFactAttribute.Libraries, await _file.Value, .. classes], start =>
        {
            // Code that is written where it is not executed escapes the emulator; and what is compiled twice takes twice the time.
            start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
            start.Environment["DOTNET_TieredPGO"] = "0";
        });

    private static async Task<string> Build()
    {
        var output = Path.Combine(Folder, "program");
        var (code, said) = await Run(SecateurProcess.Host, [
            "publish", Path.Combine(SharedData.RepositoryRoot, "tests", "Secateur.Tests"), "-c", "Release", "-r", "linux-arm64", "--self-contained", "-p:UseAppHost=true",
            "-p:RunAnalyzers=false", "-p:NuGetAudit=false", "--artifacts-path", Path.Combine(Folder, "build"), "-o", output, "-v", "q", "--nologo"], start =>
        {
            // The test host's own settings are not the build's; and no server may outlive it, with this process's pipes.
            foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList()) start.Environment.Remove(name);
            start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
            start.Environment["UseSharedCompilation"] = "false";
        });
        return code == 0 ? Path.Combine(output, "Secateur.Tests") : throw new InvalidOperationException($"the program for ARM was not built:\n{said}");
    }

    private static async Task<(int Code, string Output)> Run(string program, string[] arguments, Action<ProcessStartInfo> prepare)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        prepare(start);
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await error);
    }
}
