namespace Secateur.Server.Work;

/// <summary>Where a server is in its life, and how many requests it works on.</summary>
internal sealed class ServerState
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _active;

    /// <summary>What it does.</summary>
    public ServerPhase Phase { get; private set; }

    /// <summary>From now on it takes requests.</summary>
    public void Open()
    {
        lock (_gate)
        {
            if (Phase == ServerPhase.Starting) Phase = ServerPhase.Ready;
        }
    }

    /// <summary>From now on it takes none.</summary>
    /// <returns>Ends with the last request.</returns>
    public Task Close()
    {
        lock (_gate)
        {
            Phase = ServerPhase.Draining;
            if (_active == 0) _idle.TrySetResult();
        }

        return _idle.Task;
    }

    /// <summary>Counts a request in; false where none is taken.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (Phase != ServerPhase.Ready) return false;
            _active++;
            return true;
        }
    }

    /// <summary>Counts it out.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (--_active == 0 && Phase == ServerPhase.Draining) _idle.TrySetResult();
        }
    }
}

/// <summary>What a server does.</summary>
internal enum ServerPhase
{
    /// <summary>Warms up.</summary>
    Starting,

    /// <summary>Takes requests.</summary>
    Ready,

    /// <summary>Finishes what it has begun.</summary>
    Draining,
}
