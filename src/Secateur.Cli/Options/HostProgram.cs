using Secateur.Experiments.Jobs;

namespace Secateur.Cli.Options;

/// <summary>This program, as other processes call it.</summary>
internal static class HostProgram
{
    /// <summary>The command line of one of its commands.</summary>
    public static HostCommand For(params string[] command)
    {
        var isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) is not "secateur";
        return isHosted
            ? new HostCommand("dotnet", [typeof(HostProgram).Assembly.Location, .. command])
            : new HostCommand(Environment.ProcessPath!, [.. command]);
    }
}
