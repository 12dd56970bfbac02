using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>What phase planes must hold: every <paramref name="Stride"/>-th pixel, and as far around the output pixel as taps reach.</summary>
internal readonly record struct PhaseReach(int Stride, int Before, int After);

/// <summary>
/// The phase planes that the strided convolutions of one input read: plane (py, px) of a channel holds the pixels (stride * y + py, stride * x + px),
/// zeros outside.
/// </summary>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Its columns.</param>
/// <param name="To">Layout of the phase planes: as wide as the convolution's output, and as high, unless they are a window of some rows.</param>
/// <param name="Reach">How far around an output pixel they go.</param>
/// <param name="Phases">The phases held, along each axis, ascending.</param>
internal sealed record PhasePlanes(int Height, int Width, PlanarLayout To, PhaseReach Reach, int[] Phases)
{
    /// <summary>The planes of a channel.</summary>
    public int PlanesPerChannel => Phases.Length * Phases.Length;

    /// <summary>The first row of the planes.</summary>
    public int FirstRow => -Reach.Before;

    /// <summary>Rows of each plane, the reach included.</summary>
    public int Rows => To.Height + Reach.Before + Reach.After;

    /// <summary>The input row that row <paramref name="y"/> of the planes of row phase <paramref name="phase"/> holds; outside of the input for zeros.</summary>
    public int InputRow(int y, int phase) => (Reach.Stride * y) + Phases[phase];

    /// <summary>Whether the input has such a row.</summary>
    public bool HasInputRow(int row) => row >= 0 && row < Height;

    /// <summary>Columns of the input that are read: none is further right than what taps reach.</summary>
    public int Columns => (int)Math.Min(Width, (long)Reach.Stride * (To.Width + Reach.After));

    /// <summary>Fills row <paramref name="y"/> of the planes of a channel and a row phase.</summary>
    /// <param name="level">The vector width.</param>
    /// <param name="source">The input row; null for zeros.</param>
    /// <param name="channel">Position 0 of the channel's first plane.</param>
    /// <param name="y">The row.</param>
    /// <param name="phase">The row phase, counted among those held.</param>
    public unsafe void FillRow(SimdLevel level, float* source, float* channel, int y, int phase)
    {
        var columns = source is null ? 0 : Columns;
        var row = RowOf(channel, y, phase);
        if (columns > 0) PhaseSplit.Run(level, source, columns, Reach.Stride, Phases, row, To.PlaneStride);
        ClearEdges(row, columns);
    }

    /// <summary>Where row <paramref name="y"/> of the first column phase of a row phase begins.</summary>
    public unsafe float* RowOf(float* channel, int y, int phase) => channel + ((nint)phase * Phases.Length * To.PlaneStride) + (y * (nint)To.Pitch);

    /// <summary>Clears what is left and right of a row's <paramref name="columns"/> input columns, in all column phases.</summary>
    public unsafe void ClearEdges(float* row, int columns)
    {
        for (var k = 0; k < Phases.Length; k++, row += To.PlaneStride)
        {
            for (var x = -Reach.Before; x < 0; x++) row[x] = 0;
            for (var x = PhaseSplit.Count(columns, Reach.Stride, Phases[k]); x < To.Width + Reach.After; x++) row[x] = 0;
        }
    }
}
