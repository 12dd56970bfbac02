using System.Collections.Immutable;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime;

/// <summary>Where a convolution writes and what it does to its sums, before addresses are known.</summary>
/// <param name="View">The result.</param>
/// <param name="Other">What is added, or null.</param>
/// <param name="Channels">For each channel of the convolution, the channel of the result.</param>
/// <param name="Slope">Slope of the activation below zero.</param>
/// <param name="OwnFactor">Factor of the activated sum.</param>
/// <param name="OtherFactor">Factor of what is added.</param>
/// <param name="Border">What the sums start from, where that is no bias.</param>
internal sealed record ConvTarget(
    MapView View, MapView? Other, ImmutableArray<int> Channels, float Slope, float OwnFactor, float OtherFactor, BorderStart? Border)
{
    /// <summary>The views that a step touches which reads <paramref name="source"/>.</summary>
    public IEnumerable<MapView> Touched(MapView source) => Other is { } other ? [source, View, other] : [source, View];

    /// <summary>Position 0 of each output channel.</summary>
    public nint[] Planes(MemoryMap memory) => [.. Channels.Select(c => memory.Plane(View, c))];

    /// <summary>Activation and addition.</summary>
    public ConvEpilogue Epilogue(MemoryMap memory) =>
        new(Slope, Other is { } other ? [.. Channels.Select(c => memory.Plane(other, c))] : null, OwnFactor, OtherFactor);
}
