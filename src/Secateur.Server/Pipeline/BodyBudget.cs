using Microsoft.AspNetCore.Http;
using Secateur.Server.Problems;

namespace Secateur.Server.Pipeline;

/// <summary>The memory that all bodies may take together, however many clients send at once.</summary>
/// <param name="bytes">Bytes of all of them.</param>
internal sealed class BodyBudget(long bytes)
{
    private long _taken;

    /// <summary>Bytes that are taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>The share of a request that the filter of work has let in.</summary>
    public static Share ShareOf(HttpContext http) => http.Features.Get<Share>() ?? throw new InvalidOperationException("no share was opened");

    /// <summary>What one request takes; given back when it is disposed of.</summary>
    public Share Open() => new(this);

    /// <summary>What one request takes.</summary>
    internal sealed class Share(BodyBudget budget) : IDisposable
    {
        private long _share;

        /// <summary>Takes more.</summary>
        /// <exception cref="RequestException">There is no more.</exception>
        public void Take(long more)
        {
            _share += more;
            if (!budget.TryTake(more))
                throw new RequestException(StatusCodes.Status429TooManyRequests, "bodies-full", "other requests take the memory that there is for bodies") { RetryAfter = 1 };
        }

        public void Dispose() => budget.TryTake(-Interlocked.Exchange(ref _share, 0));
    }

    private bool TryTake(long more) => Interlocked.Add(ref _taken, more) <= bytes;
}
