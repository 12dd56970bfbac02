using Microsoft.AspNetCore.Http;

namespace Secateur.Server.Pipeline;

/// <summary>The end of a request's time: because it is up, or because the client has gone.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource _source;

    public TimeLimit(TimeSpan time, CancellationToken clientGone)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(clientGone);
        _source.CancelAfter(time);
    }

    /// <summary>Cancelled at the end.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The limit of a request that <see cref="WorkFilter"/> has let in.</summary>
    public static CancellationToken Of(HttpContext http) => (http.Features.Get<TimeLimit>() ?? throw new InvalidOperationException("no time limit was set")).Token;

    public void Dispose() => _source.Dispose();
}
