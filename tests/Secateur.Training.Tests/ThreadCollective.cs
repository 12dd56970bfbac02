using System.Runtime.ExceptionServices;

namespace Secateur.Training.Tests;

/// <summary>Threads that play the processes of a job. What one of them throws ends the others, as the end of a process does.</summary>
internal sealed class ThreadCollective : Collective
{
    private readonly Board _board;

    private ThreadCollective(Board board, int rank) => (_board, Rank) = (board, rank);

    public override int Rank { get; }

    public override int Size => _board.Posted.Length;

    /// <summary>Calls to the others so far.</summary>
    public int Messages { get; private set; }

    /// <summary>Runs the same on so many threads.</summary>
    /// <returns>What each gave, by rank.</returns>
    public static T[] Run<T>(int size, Func<ThreadCollective, T> process)
    {
        using var board = new Board(size);
        var results = new T[size];
        ExceptionDispatchInfo? failure = null;
        var threads = Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = process(new ThreadCollective(board, rank));
            }
            catch (Exception error)
            {
                // That of the rank that failed first, not of those that it left waiting.
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(error), null);
                board.End.Cancel();
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        failure?.Throw();
        return results;
    }

    public override void Gather(Span<byte> parts)
    {
        var size = parts.Length / Size;
        var posted = Post(parts.Slice(Rank * size, size).ToArray());
        for (var rank = 0; rank < Size; rank++) posted[rank].CopyTo(parts[(rank * size)..]);
    }

    public override void Exchange(ReadOnlySpan<byte> sent, Span<byte> received)
    {
        var size = sent.Length / Size;
        var posted = Post(sent.ToArray());
        for (var rank = 0; rank < Size; rank++) posted[rank].AsSpan(Rank * size, size).CopyTo(received[(rank * size)..]);
    }

    private byte[][] Post(byte[] mine)
    {
        Messages++;
        _board.Posted[Rank] = mine;
        _board.Barrier.SignalAndWait(_board.End.Token);
        byte[][] all = [.. _board.Posted];
        _board.Barrier.SignalAndWait(_board.End.Token);
        return all;
    }

    private sealed class Board(int size) : IDisposable
    {
        public Barrier Barrier { get; } = new(size);

        public CancellationTokenSource End { get; } = new();

        public byte[][] Posted { get; } = new byte[size][];

        public void Dispose()
        {
            Barrier.Dispose();
            End.Dispose();
        }
    }
}
