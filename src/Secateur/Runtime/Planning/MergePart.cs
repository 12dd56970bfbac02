using System.Collections.Immutable;
using Secateur.Runtime.Memory;

namespace Secateur.Runtime.Planning;

/// <summary>An operand of a weighted sum in the plan's memory.</summary>
/// <param name="View">Where it is.</param>
/// <param name="Channels">For each of its channels, the channel of the sum; empty when it has them all.</param>
/// <param name="Factor">What it is multiplied by.</param>
internal sealed record MergePart(MapView View, ImmutableArray<int> Channels, float Factor)
{
    /// <summary>Whether it has anything for a channel of the sum.</summary>
    public bool Has(int channel) => ChannelOf(channel) >= 0;

    /// <summary>Position 0 of what it has for a channel of the sum, or -1.</summary>
    public nint Plane(MemoryMap memory, int channel) => Has(channel) ? memory.Plane(View, ChannelOf(channel)) : -1;

    /// <summary>Whether what it contributes to a channel of the sum stands where that channel goes.</summary>
    public bool IsPlacedIn(MapView sum, int channel) => Factor == 1 && Has(channel) && View.PlaceOf(ChannelOf(channel)) == sum.PlaceOf(channel);

    private int ChannelOf(int channel) => Channels.IsEmpty ? channel : Channels.IndexOf(channel);
}
