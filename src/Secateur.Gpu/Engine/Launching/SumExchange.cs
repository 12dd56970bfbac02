using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using Secateur.Training;

namespace Secateur.Gpu.Engine.Launching;

/// <summary>
/// What the processes that share a batch tell each other between launches: each has the partial sums of its own images' chunks, which go through the host to the others,
/// so that the launches after them add those of all chunks in the order in which one process adds them. Of one process there is nothing to tell, and nothing is added.
/// </summary>
/// <param name="ranks">The processes, all of which run the same launches.</param>
/// <param name="mostSums">Sums of a message of <see cref="Sum"/>: its bytes are counted in 32 bits, and the host has them several times.</param>
internal sealed class SumExchange(Collective ranks, int mostSums = 1 << 24)
{
    private double[] _own = [];
    private double[] _sent = [];
    private double[] _received = [];

    /// <summary>The processes.</summary>
    public int Ranks => ranks.Size;

    /// <summary>Adds an exchange after which the sums of all chunks are where this process's were.</summary>
    /// <param name="program">Whose sums they are.</param>
    /// <param name="first">The first sum.</param>
    /// <param name="rows">Rows, of a channel each, which become longer.</param>
    /// <param name="length">Sums of a row in this process, chunk by chunk.</param>
    public void AddGather(GpuProgram program, long first, int rows, int length)
    {
        var sums = checked(rows * length * Ranks);
        if (Ranks > 1) program.Add(new LaunchCost(nameof(Gather), sizeof(double) * (long)sums), () => Gather(program.Stream, program.Sums.SubView(first, sums), rows, length));
    }

    /// <summary>Adds an exchange after which the first chunk is the sum of the chunks of all processes: for sums that are too large for all chunks to come together.</summary>
    /// <param name="program">Whose sums they are.</param>
    /// <param name="count">Sums of a chunk.</param>
    /// <param name="chunks">Chunks of this process, one after another.</param>
    /// <returns>Chunks that are left to be summed.</returns>
    public int AddSum(GpuProgram program, int count, int chunks)
    {
        if (Ranks == 1) return chunks;
        program.Add(new LaunchCost(nameof(Sum), sizeof(double) * (long)count * chunks), () => Sum(program.Stream, program.Sums, count, chunks));
        return 1;
    }

    /// <summary>Completes rows: a process's part of each comes from it, by rank.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="sums">The rows; this process's parts lie at their beginning, one after another.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="length">Sums of a part.</param>
    public void Gather(AcceleratorStream stream, ArrayView<double> sums, int rows, int length)
    {
        var own = rows * length;
        var all = Room(ref _received, own * Ranks);
        var joined = Room(ref _sent, own * Ranks);
        Read(stream, sums, 0, all.Slice(own * ranks.Rank, own));
        ranks.Gather(MemoryMarshal.AsBytes(all));
        for (var rank = 0; rank < Ranks; rank++)
        {
            for (var row = 0; row < rows; row++) all.Slice((rank * own) + (row * length), length).CopyTo(joined[(((row * Ranks) + rank) * length)..]);
        }

        Write(stream, sums, 0, joined);
    }

    /// <summary>A reduce-scatter whose order is fixed, piece by piece: each process adds all chunks of a slice, and passes the sums on.</summary>
    /// <param name="stream">Where the launches are queued.</param>
    /// <param name="sums">This process's chunks, one after another; the first one becomes the sum.</param>
    /// <param name="count">Sums of a chunk.</param>
    /// <param name="chunks">This process's chunks.</param>
    public void Sum(AcceleratorStream stream, ArrayView<double> sums, int count, int chunks)
    {
        var piece = Math.Clamp(mostSums / chunks, 1, count);
        for (var first = 0; first < count; first += piece)
        {
            var columns = Math.Min(piece, count - first);
            var slice = (columns + Ranks - 1) / Ranks;
            var own = Room(ref _own, chunks * columns);
            if (columns == count) Read(stream, sums, 0, own);
            else for (var chunk = 0; chunk < chunks; chunk++) Read(stream, sums, ((long)chunk * count) + first, own.Slice(chunk * columns, columns));
            var sent = Room(ref _sent, slice * chunks * Ranks);
            var received = Room(ref _received, slice * chunks * Ranks);
            Pack(own, columns, sent, slice, chunks);
            ranks.Exchange(MemoryMarshal.AsBytes(sent), MemoryMarshal.AsBytes(received));
            var totals = Room(ref _own, slice * Ranks);
            AddChunks(received, totals.Slice(slice * ranks.Rank, slice));
            ranks.Gather(MemoryMarshal.AsBytes(totals));
            Write(stream, sums, first, totals[..columns]);
        }
    }

    /// <summary>From chunks of all columns to the chunks of each process's slice.</summary>
    private void Pack(ReadOnlySpan<double> own, int columns, Span<double> sent, int slice, int chunks)
    {
        for (var rank = 0; rank < Ranks; rank++)
        {
            var (from, to) = (Math.Min(rank * slice, columns), Math.Min((rank + 1) * slice, columns));
            for (var chunk = 0; chunk < chunks; chunk++) own[((chunk * columns) + from)..((chunk * columns) + to)].CopyTo(sent[(((rank * chunks) + chunk) * slice)..]);
        }
    }

    private static void AddChunks(ReadOnlySpan<double> chunks, Span<double> sums)
    {
        sums.Clear();
        for (; !chunks.IsEmpty; chunks = chunks[sums.Length..])
        {
            for (var i = 0; i < sums.Length; i++) sums[i] += chunks[i];
        }
    }

    private static Span<double> Room(ref double[] buffer, int count)
    {
        if (buffer.Length < count) buffer = new double[count];
        return buffer.AsSpan(0, count);
    }

    private static void Read(AcceleratorStream stream, ArrayView<double> sums, long first, Span<double> values)
    {
        sums.SubView(first, values.Length).CopyToCPU(stream, ref MemoryMarshal.GetReference(values), values.Length);
        stream.Synchronize();
    }

    private static void Write(AcceleratorStream stream, ArrayView<double> sums, long first, Span<double> values)
    {
        sums.SubView(first, values.Length).CopyFromCPU(stream, ref MemoryMarshal.GetReference(values), values.Length);
        stream.Synchronize();
    }
}
