using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Steps;

namespace Secateur.Runtime.Planning;

/// <summary>How a convolution reads, before addresses are known.</summary>
/// <param name="Offsets">The distance of each tap of a group.</param>
internal abstract record ConvSource(int[] Offsets)
{
    /// <summary>The views that it touches.</summary>
    public abstract IEnumerable<MapView> Touched { get; }

    /// <summary>Position 0 of the first plane of channel <paramref name="channel"/>.</summary>
    public abstract nint Plane(MemoryMap memory, int channel);

    /// <summary>What the convolution reads through, or null.</summary>
    public abstract PhaseWindow? Window(MemoryMap memory);
}

/// <summary>Planes in the workspace: a map's own, or its phase planes.</summary>
/// <param name="View">The planes.</param>
/// <param name="PlanesPerChannel">How many a channel has.</param>
/// <param name="Offsets">The distance of each tap of a group.</param>
internal sealed record DirectSource(MapView View, int PlanesPerChannel, int[] Offsets) : ConvSource(Offsets)
{
    public override IEnumerable<MapView> Touched => [View];

    public override nint Plane(MemoryMap memory, int channel) => memory.Plane(View, channel * PlanesPerChannel);

    public override PhaseWindow? Window(MemoryMap memory) => null;
}

/// <summary>Phase planes in a window.</summary>
/// <param name="Level">The vector width.</param>
/// <param name="View">The map; null for the image.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Planes">The phase planes.</param>
/// <param name="Offsets">The distance of each tap of a group.</param>
internal sealed record WindowedSource(SimdLevel Level, MapView? View, Func<MemoryMap, RowSource> Rows, PhasePlanes Planes, int[] Offsets) : ConvSource(Offsets)
{
    public override IEnumerable<MapView> Touched => View is null ? [] : [View];

    public override nint Plane(MemoryMap memory, int channel) => (nint)channel * Planes.PlanesPerChannel * Planes.To.PlaneStride;

    public override PhaseWindow Window(MemoryMap memory) => new(Level, Rows(memory), Planes, memory.Scratch);
}
