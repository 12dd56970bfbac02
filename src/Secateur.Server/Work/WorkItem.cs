namespace Secateur.Server.Work;

/// <summary>Something in line.</summary>
internal abstract class WorkItem
{
    private int _taken;

    /// <summary>Whether it still waits; from now on it does not.</summary>
    public bool TryStart() => Interlocked.Exchange(ref _taken, 1) == 0;

    /// <summary>The same, and lets go of what the work holds, for the line holds the item.</summary>
    public bool TryDrop()
    {
        if (!TryStart()) return false;
        Forget();
        return true;
    }

    public abstract void Run();

    protected abstract void Forget();
}

/// <summary>Something in line that gives a result.</summary>
internal sealed class WorkItem<T>(Func<T> work) : WorkItem
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<T>? _work = work;

    public Task<T> Result => _result.Task;

    public override void Run()
    {
        try
        {
            _result.SetResult(_work!());
        }
        catch (Exception error)
        {
            _result.SetException(error);
        }
    }

    protected override void Forget() => _work = null;
}
