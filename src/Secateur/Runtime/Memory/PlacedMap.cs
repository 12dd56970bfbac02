using Secateur.Kernels.Layout;

namespace Secateur.Runtime.Memory;

/// <summary>A map in a workspace: where its planes start, in floats.</summary>
internal sealed record PlacedMap(PlanarLayout Layout, nint[] Planes);
