using Secateur.Training;

namespace Secateur.Mpi;

/// <summary>The processes of an MPI job.</summary>
internal sealed unsafe class MpiCollective(int rank, int size) : Collective
{
    public override int Rank => rank;

    public override int Size => size;

    public override void Gather(Span<byte> parts)
    {
        fixed (byte* all = parts) MpiLibrary.AllGather(all, parts.Length / size);
    }

    public override void Exchange(ReadOnlySpan<byte> sent, Span<byte> received)
    {
        fixed (byte* from = sent, to = received) MpiLibrary.AllToAll(from, to, sent.Length / size);
    }
}
