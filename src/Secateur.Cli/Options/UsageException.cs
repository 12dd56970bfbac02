namespace Secateur.Cli.Options;

/// <summary>The user asked for something that cannot be; the message says what can.</summary>
internal sealed class UsageException(string message) : Exception(message);
