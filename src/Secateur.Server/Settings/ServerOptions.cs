using System.Net;

namespace Secateur.Server.Settings;

/// <summary>Where a server listens, whom it serves, and how much it takes on.</summary>
public sealed record ServerOptions
{
    /// <summary>The default options.</summary>
    public static ServerOptions Default { get; } = new();

    /// <summary>The address to listen on: http, an IP address or <c>localhost</c>, a port; port 0 takes a free one, of an IP address.</summary>
    public Uri Url { get; init; } = new("http://127.0.0.1:8080");

    /// <summary>What a caller must present; null asks for nothing, which only a loopback address allows.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Bytes of a request's body at most.</summary>
    public long MaxBodyBytes { get; init; } = 32 << 20;

    /// <summary>Pixels of a picture, or of all pictures of one request, at most.</summary>
    public long MaxPixels { get; init; } = 25_000_000;

    /// <summary>The time that a request may take, from its headers to its answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests that are worked on at once, one thread each.</summary>
    public int Concurrency { get; init; } = Environment.ProcessorCount;

    /// <summary>Requests that wait for a thread at most; more are refused.</summary>
    public int Queue { get; init; } = 128;

    /// <summary>Bytes of all bodies that are held at once.</summary>
    internal long HeldBytes => Math.Max(256L << 20, 4 * MaxBodyBytes);

    /// <summary>Whether only this machine can reach the address.</summary>
    internal bool IsLoopback => Url.IsLoopback;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One is out of its range, or the address is open to others and there is no key.</exception>
    public void Validate()
    {
        if (!Url.IsAbsoluteUri || Url.Scheme != Uri.UriSchemeHttp)
            throw new ArgumentException($"the address is '{Url}'; expected http://ADDRESS:PORT (for https, put a proxy before the server)");
        if (Url.PathAndQuery != "/" || Url.UserInfo.Length > 0) throw new ArgumentException($"the address is '{Url}'; expected no path, query or user in it");

        // Kestrel would take any other name for all addresses of the machine.
        if (!IPAddress.TryParse(Url.IdnHost, out _) && Url.IdnHost != "localhost")
            throw new ArgumentException($"the address is '{Url}'; expected an IP address or localhost (0.0.0.0 is every IPv4 address of this machine)");
        // It is two addresses, which would have two ports.
        if (Url is { IdnHost: "localhost", Port: 0 }) throw new ArgumentException($"the address is '{Url}'; port 0 needs an IP address, like http://127.0.0.1:0");
        if (ApiKey is { } key && (key.Length == 0 || key.Any(c => c is < '!' or > '~'))) throw new ArgumentException("the API key must have printable ASCII characters only, and one at least");
        if (!IsLoopback && ApiKey is null) throw new ArgumentException($"{Url} can be reached from other machines, so an API key is needed (or listen on http://127.0.0.1:{Url.Port})");
        Require(MaxBodyBytes is > 0 and <= int.MaxValue, nameof(MaxBodyBytes), MaxBodyBytes);
        Require(MaxPixels > 0, nameof(MaxPixels), MaxPixels);
        Require(Timeout > TimeSpan.Zero && Timeout <= TimeSpan.FromDays(1), nameof(Timeout), Timeout);
        Require(Concurrency > 0, nameof(Concurrency), Concurrency);
        Require(Queue > 0, nameof(Queue), Queue);
    }

    private static void Require(bool holds, string name, object value)
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, value, "out of range");
    }
}
