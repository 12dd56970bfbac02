using System.Collections.Immutable;
using Secateur.Kernels;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>Where a convolution writes and what it does to its sums, before addresses are known.</summary>
/// <param name="View">The result.</param>
/// <param name="Channels">For each channel of the convolution, the channel of the result.</param>
/// <param name="Other">What is added, or null.</param>
/// <param name="Zeros">A plane of zeros for channels that <paramref name="Other"/> lacks; null where it has all.</param>
/// <param name="Slope">Slope of the activation below zero.</param>
/// <param name="OwnFactor">Factor of the activated sum.</param>
internal sealed record ConvTarget(MapView View, ImmutableArray<int> Channels, MergePart? Other, MapView? Zeros, float Slope, float OwnFactor)
{
    /// <summary>The views that it touches.</summary>
    public IEnumerable<MapView> Touched => Other is { } other ? [View, other.View] : [View];

    /// <summary>Position 0 of each output channel.</summary>
    public nint[] Planes(MemoryMap memory) => Arrays.Of(Channels.Length, i => memory.Plane(View, Channels[i]));

    /// <summary>Activation and addition.</summary>
    public ConvEpilogue Epilogue(MemoryMap memory)
    {
        if (Other is not { } other) return new ConvEpilogue(Slope, null, OwnFactor, 1);
        var addends = Arrays.Of(Channels.Length, i => other.Has(Channels[i]) ? other.Plane(memory, Channels[i]) : memory.Plane(Zeros!, 0));
        return new ConvEpilogue(Slope, addends, OwnFactor, other.Factor);
    }
}
