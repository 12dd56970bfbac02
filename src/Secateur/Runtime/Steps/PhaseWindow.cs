using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;

namespace Secateur.Runtime.Steps;

/// <summary>The rows of phase planes that a window holds: <paramref name="First"/> up to, not including, <paramref name="End"/>.</summary>
internal record struct HeldRows(int First, int End);

/// <summary>
/// Phase planes a few rows at a time, in a thread's scratch memory: a window that goes down what is read just ahead of the convolution that reads
/// the planes, so that they are in cache when it does.
/// </summary>
internal sealed unsafe class PhaseWindow
{
    // Within a second-level cache of today; the more rows there are, the less often they are moved.
    private const int TargetFloats = 160 * 1024;

    // Kernels may read, but not use, this many floats past the last plane.
    private const int Overrun = 128;

    private readonly SimdLevel _level;
    private readonly RowSource _source;
    private readonly PhasePlanes _planes;
    private readonly nint _scratch;

    /// <summary>A window over a source.</summary>
    /// <param name="level">The vector width.</param>
    /// <param name="source">What is read.</param>
    /// <param name="planes">What the window holds; of their layout, its rows.</param>
    /// <param name="scratch">Where the threads' scratch memory starts.</param>
    public PhaseWindow(SimdLevel level, RowSource source, PhasePlanes planes, nint scratch)
    {
        (_level, _source, _planes, _scratch) = (level, source, planes, scratch);
        Floats = source.ScratchFloats + ((long)source.Shape.Channels * planes.PlanesPerChannel * planes.To.PlaneStride) + Overrun;
    }

    /// <summary>Floats of scratch memory that each part needs.</summary>
    public long Floats { get; }

    /// <summary>The rows of a window under a convolution, of all those of the planes.</summary>
    /// <param name="planes">What the planes hold.</param>
    /// <param name="count">Planes of all channels.</param>
    /// <param name="positions">Positions that are convolved in one go.</param>
    public static int Rows(PhasePlanes planes, long count, int positions)
    {
        var pitch = planes.To.Pitch;
        var needed = ((positions - 1 + pitch - 1) / pitch) + 1 + planes.Reach.Before + planes.Reach.After;
        return (int)Math.Min(planes.Rows, Math.Max(needed, TargetFloats / (count * pitch)));
    }

    /// <summary>Lets the window hold what the positions [start, end) of the result are made of; they never go up again.</summary>
    /// <returns>Position 0 of the first plane, as though all its rows were there.</returns>
    public float* Advance(float* memory, int part, ref HeldRows held, int start, int end)
    {
        var scratch = memory + _scratch + (part * (nint)Floats);
        var planes = scratch + _source.ScratchFloats + _planes.To.Origin;
        var first = (start / _planes.To.Pitch) - _planes.Reach.Before;
        var last = ((end - 1) / _planes.To.Pitch) + _planes.Reach.After;
        if (first < held.First || first > held.End) held = new HeldRows(first, first);
        if (last - held.First >= _planes.To.Height)
        {
            MoveUp(planes, first - held.First, held.End - first);
            held.First = first;
        }

        for (; held.End <= last; held.End++) _source.Split(_level, _planes, memory, scratch, held.End, planes, held.End - held.First);
        return planes - (held.First * (nint)_planes.To.Pitch);
    }

    /// <summary>Moves <paramref name="count"/> rows from row <paramref name="row"/> on to the top.</summary>
    private void MoveUp(float* planes, int row, int count)
    {
        var (before, after) = (_planes.Reach.Before, _planes.Reach.After);
        var floats = (count * _planes.To.Pitch) + after;
        for (var i = 0; i < _source.Shape.Channels * _planes.PlanesPerChannel; i++)
        {
            var to = planes + (i * (nint)_planes.To.PlaneStride) - before;
            new ReadOnlySpan<float>(to + (row * (nint)_planes.To.Pitch), floats).CopyTo(new Span<float>(to, floats));
        }
    }
}
