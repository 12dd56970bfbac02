using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Graph;

namespace Secateur.Cli.Commands;

/// <summary>How a command failed: the exit code, and what the user is told.</summary>
internal readonly record struct Failure(int Code, string Message)
{
    private const string TraceVariable = "SECATEUR_TRACE";

    /// <summary>What an exception means.</summary>
    public static Failure Of(Exception error)
    {
        switch (error)
        {
            case OperationCanceledException:
                return new Failure(ExitCode.Cancelled, "cancelled");
            case UsageException:
                return new Failure(ExitCode.WrongUsage, Problem.Describe(error));
            case IOException or UnauthorizedAccessException or ArgumentException or NetworkException or InvalidOperationException or OutOfMemoryException:
                return new Failure(ExitCode.Failed, Problem.Describe(error));
            default:
                // A mistake of ours; even so one line, with the way to the rest.
                if (Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 }) Console.Error.WriteLine(error);
                return new Failure(ExitCode.Failed, $"internal error, {error.GetType().Name}: {error.Message} (set {TraceVariable}=1 to see where)");
        }
    }
}
