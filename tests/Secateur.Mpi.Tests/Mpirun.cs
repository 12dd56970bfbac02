using System.ComponentModel;
using System.Diagnostics;

namespace Secateur.Mpi.Tests;

/// <summary>The built command in processes that mpirun starts.</summary>
/// <param name="Code">The exit code of mpirun.</param>
/// <param name="Out">What they wrote to stdout.</param>
/// <param name="Error">What they and mpirun wrote to stderr.</param>
internal sealed record Mpirun(int Code, string Out, string Error)
{
    /// <summary>What mpirun calls itself; null where there is none.</summary>
    public static string? Version()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("mpirun", ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            return process.StandardOutput.ReadLine() ?? "";
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Runs it in so many processes, by itself where that is 0.</summary>
    public static async Task<Mpirun> Run(string folder, int processes, params string[] args)
    {
        using var process = Start(folder, processes, [], args);
        return await Finish(process);
    }

    /// <summary>Starts it.</summary>
    /// <param name="folder">The current folder.</param>
    /// <param name="processes">Processes.</param>
    /// <param name="environment">Variables of these and of mpirun.</param>
    /// <param name="args">The arguments of the command.</param>
    public static Process Start(string folder, int processes, (string Name, string Value)[] environment, params string[] args)
    {
        string[] command = [Host, Path.Combine(AppContext.BaseDirectory, "secateur.dll"), .. args];

        // Root may not start it otherwise; more processes than processors; and as many threads as are asked for.
        if (processes > 0) command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", $"{processes}", .. command];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };

        // Otherwise each process writes codes for the terminal.
        start.Environment["TERM"] = "dumb";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Waits for its end.</summary>
    public static async Task<Mpirun> Finish(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await TestSupport.HangGuard.WaitFor(process.WaitForExitAsync());
        return new Mpirun(process.ExitCode, await output, await error);
    }

    private static string Host => Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
}
