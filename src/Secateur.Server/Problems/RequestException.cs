namespace Secateur.Server.Problems;

/// <summary>A request that cannot be answered, and what its caller is told.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="reason">In a word or two with hyphens, for programs and metrics.</param>
/// <param name="detail">For people: what, where, expected, found.</param>
internal sealed class RequestException(int status, string reason, string detail) : Exception(detail)
{
    public int Status => status;

    public string Reason => reason;

    /// <summary>Seconds after which to try again.</summary>
    public int? RetryAfter { get; init; }
}
