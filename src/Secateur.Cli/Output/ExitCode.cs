namespace Secateur.Cli.Output;

/// <summary>How a command ended, as the caller sees it; 0 is success.</summary>
internal static class ExitCode
{
    public const int Failed = 1;

    public const int WrongUsage = 2;

    public const int Cancelled = 130;
}
