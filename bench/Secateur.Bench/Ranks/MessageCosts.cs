namespace Secateur.Bench.Ranks;

/// <summary>Messages among processes, as one of them sees them.</summary>
/// <param name="Gathers">Lists that were completed (all-gather).</param>
/// <param name="GatherBytes">Their bytes, the parts of all processes.</param>
/// <param name="GatherMs">The time they took, waiting for the others included.</param>
/// <param name="Exchanges">Exchanges of a part for each (all-to-all).</param>
/// <param name="ExchangeBytes">The bytes of what this process sent, its own part included.</param>
/// <param name="ExchangeMs">The time they took.</param>
internal readonly record struct MessageCosts(double Gathers, double GatherBytes, double GatherMs, double Exchanges, double ExchangeBytes, double ExchangeMs)
{
    public static MessageCosts operator +(MessageCosts a, MessageCosts b) => new(
        a.Gathers + b.Gathers,
        a.GatherBytes + b.GatherBytes,
        a.GatherMs + b.GatherMs,
        a.Exchanges + b.Exchanges,
        a.ExchangeBytes + b.ExchangeBytes,
        a.ExchangeMs + b.ExchangeMs);

    /// <summary>Those of one of so many steps.</summary>
    public MessageCosts Over(int steps) =>
        new(Gathers / steps, GatherBytes / steps, GatherMs / steps, Exchanges / steps, ExchangeBytes / steps, ExchangeMs / steps);
}
