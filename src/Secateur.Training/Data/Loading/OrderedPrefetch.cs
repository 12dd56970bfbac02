using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Secateur.Training.Data.Loading;

/// <summary>
/// Makes items 0, 1, 2, ... on background threads and hands them out in order. At most <c>ahead</c> items wait or are in work. An exception
/// in the making of an item surfaces where that item is taken.
/// </summary>
internal sealed class OrderedPrefetch<T> : IDisposable
{
    private readonly object _gate = new();
    private readonly Func<long, T> _make;
    private readonly long _end;
    private readonly Slot[] _ring;
    private readonly Thread[] _threads;
    private long _started;
    private long _taken;
    private bool _stop;

    /// <param name="make">Makes an item; called from several threads at once.</param>
    /// <param name="first">The first item.</param>
    /// <param name="end">The item after the last.</param>
    /// <param name="ahead">The most items that wait or are in work.</param>
    /// <param name="threads">Background threads.</param>
    public OrderedPrefetch(Func<long, T> make, long first, long end, int ahead, int threads)
    {
        _make = make;
        _end = end;
        _ring = new Slot[ahead];
        (_started, _taken) = (first, first);
        _threads = [.. Enumerable.Range(0, threads).Select(i => new Thread(Work) { IsBackground = true, Name = $"secateur loader {i}" })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>How long <see cref="Take"/> has waited, in all.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>The next item, waiting for it if need be.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; the item can be taken later.</exception>
    /// <exception cref="ObjectDisposedException">This was disposed of.</exception>
    public T Take(CancellationToken cancellation)
    {
        using var wakeUp = cancellation.Register(() => Change(() => { }));
        lock (_gate)
        {
            ref var slot = ref _ring[_taken % _ring.Length];
            if (!slot.Done)
            {
                var from = Stopwatch.GetTimestamp();
                while (!slot.Done && !_stop && !cancellation.IsCancellationRequested) Monitor.Wait(_gate);
                Waited += Stopwatch.GetElapsedTime(from);
            }

            ObjectDisposedException.ThrowIf(_stop, this);
            if (!slot.Done) cancellation.ThrowIfCancellationRequested();
            // A failed item stays: whoever takes again fails again.
            slot.Error?.Throw();
            var item = slot.Item!;
            slot = default;
            _taken++;
            Monitor.PulseAll(_gate);
            return item;
        }
    }

    /// <summary>Ends the threads, after the items in work.</summary>
    public void Dispose()
    {
        Change(() => _stop = true);
        foreach (var thread in _threads) thread.Join();
    }

    private void Work()
    {
        while (Start() is { } item)
        {
            var slot = new Slot { Done = true };
            try
            {
                slot.Item = _make(item);
            }
            catch (Exception error)
            {
                slot.Error = ExceptionDispatchInfo.Capture(error);
            }

            Change(() => _ring[item % _ring.Length] = slot);
        }
    }

    private long? Start()
    {
        lock (_gate)
        {
            while (!_stop && _started < _end && _started >= _taken + _ring.Length) Monitor.Wait(_gate);
            return _stop || _started >= _end ? null : _started++;
        }
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            Monitor.PulseAll(_gate);
        }
    }

    private struct Slot
    {
        public bool Done;
        public T? Item;
        public ExceptionDispatchInfo? Error;
    }
}
