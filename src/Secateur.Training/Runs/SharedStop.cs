namespace Secateur.Training.Runs;

/// <summary>
/// Stops all processes of a run at the same place, whichever of them is told to: one that stopped alone would leave the others waiting. All of them
/// must make the same calls.
/// </summary>
/// <param name="ranks">The processes.</param>
/// <param name="cancellation">Tells this one to stop.</param>
internal sealed class SharedStop(Collective ranks, CancellationToken cancellation)
{
    /// <summary>What may end a wait between two calls.</summary>
    public CancellationToken Waiting => ranks.Size == 1 ? cancellation : CancellationToken.None;

    /// <exception cref="OperationCanceledException">Some process was told to stop.</exception>
    public void Check()
    {
        if (ranks.Any(cancellation.IsCancellationRequested)) throw new OperationCanceledException(cancellation);
    }

    /// <summary>Does this process's share of some work.</summary>
    /// <param name="work">The share; may be stopped by the token, and calls no other process.</param>
    /// <exception cref="OperationCanceledException">Some process was told to stop.</exception>
    public T Share<T>(Func<CancellationToken, T> work)
    {
        if (ranks.Size == 1) return work(cancellation);
        T? result = default;
        try
        {
            result = work(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The others hear of it, and stop as well.
        }

        Check();
        return result!;
    }
}
