using System.ComponentModel;
using System.Diagnostics;

namespace Secateur.Experiments.Slurm;

/// <summary>Calls Slurm's commands.</summary>
internal static class SlurmTool
{
    /// <summary>What a command writes on stdout.</summary>
    /// <exception cref="InvalidOperationException">It is not there, or fails; the message has what it wrote on stderr.</exception>
    public static string Run(string program, params IEnumerable<string> arguments)
    {
        using var process = Start(program, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} failed with exit code {process.ExitCode}: {errors.Result.Trim()}");
    }

    private static Process Start(string program, IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException($"{program}: {error.Message}; Slurm's commands must be installed and in PATH (Debian: slurm-client)", error);
        }
    }
}
