using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Secateur.Training;

/// <summary>
/// The processes that train one model together, each on its part of every batch. All of them must make the same calls in the same order; each call waits
/// for the others. For one caller at a time.
/// </summary>
public abstract class Collective
{
    /// <summary>One process, by itself.</summary>
    public static Collective Alone { get; } = new OneProcess();

    /// <summary>The number of this process, from 0.</summary>
    public abstract int Rank { get; }

    /// <summary>The number of processes.</summary>
    public abstract int Size { get; }

    /// <summary>Whether this process speaks and writes for all.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>Completes a list of parts, one a process, all equally long: each brings its own, and gets those of the others.</summary>
    /// <param name="parts">All parts by rank, of which this process's is filled in.</param>
    public abstract void Gather(Span<byte> parts);

    /// <summary>Gives each process the part that is meant for it.</summary>
    /// <param name="sent">A part for each process, by rank, all equally long.</param>
    /// <param name="received">The parts meant for this one, by the rank that they come from.</param>
    public abstract void Exchange(ReadOnlySpan<byte> sent, Span<byte> received);

    /// <summary>Makes sure that a batch and its chunks can be divided among the processes.</summary>
    /// <param name="batch">Images of a step.</param>
    /// <param name="chunks">Chunks of a step.</param>
    /// <exception cref="ArgumentException">They cannot; the message says how many processes could.</exception>
    public void RequireShares(int batch, int chunks)
    {
        if (batch % Size == 0 && chunks % Size == 0) return;
        var possible = Enumerable.Range(1, Math.Min(batch, chunks)).Where(n => batch % n == 0 && chunks % n == 0);
        throw new ArgumentException(
            $"{Size} processes cannot share a batch of {batch} images and {chunks} chunks evenly; {string.Join(", ", possible)} can: take so many, or another --batch or --chunks");
    }

    /// <summary>The items that fall to this process: those of all processes, one after another by rank, are all of them in order.</summary>
    internal ImmutableArray<T> ShareOf<T>(ImmutableArray<T> all) => all[(int)((long)all.Length * Rank / Size)..(int)((long)all.Length * (Rank + 1) / Size)];

    /// <summary>Whether any process says so.</summary>
    internal bool Any(bool here) => Join([here]).Contains(true);

    /// <summary>The values of all processes, one after another by rank; each may bring another number.</summary>
    internal T[] Join<T>(ReadOnlySpan<T> mine)
        where T : unmanaged
    {
        if (Size == 1) return mine.ToArray();
        var counts = new int[Size];
        counts[Rank] = mine.Length;
        Gather(MemoryMarshal.AsBytes(counts.AsSpan()));
        var most = counts.Max();
        var parts = new T[checked(most * Size)];
        mine.CopyTo(parts.AsSpan(most * Rank));
        if (most > 0) Gather(MemoryMarshal.AsBytes(parts.AsSpan()));
        var (joined, at) = (new T[counts.Sum()], 0);
        for (var rank = 0; rank < Size; at += counts[rank++]) parts.AsSpan(most * rank, counts[rank]).CopyTo(joined.AsSpan(at));
        return joined;
    }

    /// <summary>The texts of all processes by rank, without any zero character.</summary>
    internal string[] Join(string mine) => Encoding.UTF8.GetString(Join<byte>(Encoding.UTF8.GetBytes(mine + '\0'))).Split('\0')[..Size];

    /// <summary>The names that all processes bring, one after another by rank; none has a line break.</summary>
    internal string[] Join(IEnumerable<string> mine) => [.. Join(string.Join('\n', mine)).SelectMany(names => names.Split('\n'))];

    /// <summary>Makes sure that all processes have the same.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="InvalidOperationException">They have not; all processes throw it.</exception>
    internal void RequireSame(string what, ReadOnlySpan<byte> content)
    {
        if (Size == 1) return;
        var digests = Join<byte>(SHA256.HashData(content)).Chunk(SHA256.HashSizeInBytes).ToArray();
        var other = Array.FindIndex(digests, d => !d.AsSpan().SequenceEqual(digests[0]));
        if (other > 0) throw new InvalidOperationException($"rank {other} has another {what} than rank 0: all ranks need the same options and the same files");
    }

    private sealed class OneProcess : Collective
    {
        public override int Rank => 0;

        public override int Size => 1;

        public override void Gather(Span<byte> parts)
        {
            // Its part is all there is.
        }

        public override void Exchange(ReadOnlySpan<byte> sent, Span<byte> received) => sent.CopyTo(received);
    }
}
