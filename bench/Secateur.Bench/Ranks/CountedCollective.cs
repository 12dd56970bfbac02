using System.Diagnostics;
using Secateur.Training;

namespace Secateur.Bench.Ranks;

/// <summary>Counts what processes say to each other, and how long that takes, waiting for the others included.</summary>
internal sealed class CountedCollective(Collective ranks) : Collective
{
    /// <summary>All messages since the last reset.</summary>
    public MessageCosts Costs { get; private set; }

    public override int Rank => ranks.Rank;

    public override int Size => ranks.Size;

    /// <summary>Begins to count anew.</summary>
    public void Reset() => Costs = default;

    public override void Gather(Span<byte> parts)
    {
        var start = Stopwatch.GetTimestamp();
        ranks.Gather(parts);
        Costs += new MessageCosts(1, parts.Length, Stopwatch.GetElapsedTime(start).TotalMilliseconds, 0, 0, 0);
    }

    public override void Exchange(ReadOnlySpan<byte> sent, Span<byte> received)
    {
        var start = Stopwatch.GetTimestamp();
        ranks.Exchange(sent, received);
        Costs += new MessageCosts(0, 0, 0, 1, sent.Length, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
