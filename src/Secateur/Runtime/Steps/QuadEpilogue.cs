using Secateur.Kernels.Layout;

namespace Secateur.Runtime.Steps;

/// <summary>What a convolution in integers does to its sums, see <see cref="Kernels.Quads.QuadStoreCall"/>; four lanes a block of the result.</summary>
/// <param name="Scales">Of each lane.</param>
/// <param name="Starts">Of each lane.</param>
/// <param name="Border">Where sums start from others at the borders, a row a lane of the convolution; null where none do.</param>
/// <param name="Slope">Of the activation below zero.</param>
/// <param name="Addends">Of each lane, position 0 of the plane that its addend is in, or -1; null where nothing is added.</param>
/// <param name="AddendBits">Of each lane, by how much its addend is shifted there.</param>
/// <param name="AddendFactor">Of all addends.</param>
/// <param name="Shifts">Of each lane.</param>
internal sealed record QuadEpilogue(
    float[] Scales, float[] Starts, BorderStart? Border, float Slope, nint[]? Addends, int[] AddendBits, float AddendFactor, float[] Shifts);

/// <summary>Where a convolution in integers reads and writes.</summary>
/// <param name="Layout">Of the results; the planes that are read have its pitch.</param>
/// <param name="Input">Position 0 of the first plane that is read.</param>
/// <param name="Offsets">The distance of each tap.</param>
/// <param name="Quads">Position 0 of each plane of quads that is written, with what stands for zeros in it; null for floats.</param>
/// <param name="Floats">Position 0 of each plane of floats that is written; null for quads.</param>
internal sealed record QuadPlanes(PlanarLayout Layout, nint Input, int[] Offsets, (nint Plane, uint Zero)[]? Quads, nint[]? Floats);
