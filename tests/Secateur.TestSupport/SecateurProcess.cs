using System.Diagnostics;

namespace Secateur.TestSupport;

/// <summary>The built command in a process of its own; for test projects that refer to it.</summary>
public static class SecateurProcess
{
    /// <summary>What runs it.</summary>
    public static string Host => Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    /// <summary>The command's file.</summary>
    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "secateur.dll");

    /// <summary>Starts it.</summary>
    public static Process Launch(params string[] args) => Launch([Host], args);

    /// <summary>Starts it with something before it.</summary>
    public static Process Launch(string[] command, string[] args) => Process.Start(
        new ProcessStartInfo(command[0], [.. command[1..], Assembly, .. args]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>Waits for its end.</summary>
    public static async Task<(int Code, string Out, string Error)> Finish(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
