using Secateur.Execution;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;

namespace Secateur.Runtime.Steps;

/// <summary>Writes the phase planes of quads, as <see cref="PhaseSplitStep"/> does those of floats.</summary>
/// <param name="name">The step's name.</param>
/// <param name="level">The vector width.</param>
/// <param name="rows">What is split.</param>
/// <param name="planes">The phase planes of each plane.</param>
/// <param name="target">Position 0 of the first.</param>
/// <param name="zeros">Of each plane, what stands for zeros.</param>
/// <param name="scratch">Where the threads' scratch memory starts.</param>
internal sealed unsafe class QuadSplitStep(string name, SimdLevel level, QuadRows rows, PhasePlanes planes, nint target, uint[] zeros, nint scratch)
    : PlanStep(name)
{
    public override long ScratchFloats => rows.ScratchFloats;

    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = ShareWhole(planes.Rows, part, parts);
        var own = memory + scratch + (part * ScratchFloats);
        for (var y = start + planes.FirstRow; y < end + planes.FirstRow; y++)
        {
            for (var phase = 0; phase < planes.Phases.Length; phase++)
            {
                for (var plane = 0; plane < zeros.Length; plane++) FillRow(memory, own, plane, y, phase);
            }
        }
    }

    private void FillRow(float* memory, float* own, int plane, int y, int phase)
    {
        var inputRow = planes.InputRow(y, phase);
        var columns = planes.HasInputRow(inputRow) ? (int)Math.Min(planes.Width, (long)planes.Reach.Stride * (planes.To.Width + planes.Reach.After)) : 0;
        var first = ((plane * planes.Phases.Length) + phase) * planes.Phases.Length;
        var row = memory + target + ((nint)first * planes.To.PlaneStride) + (y * (nint)planes.To.Pitch);

        // Splitting moves quads, whatever they are.
        if (columns > 0) PhaseSplit.Run(level, (float*)rows.Row(memory, own, plane, inputRow), columns, planes.Reach.Stride, planes.Phases, row, planes.To.PlaneStride);
        for (var k = 0; k < planes.Phases.Length; k++, row += planes.To.PlaneStride)
        {
            var count = PhaseSplit.Count(columns, planes.Reach.Stride, planes.Phases[k]);
            new Span<uint>((uint*)row - planes.Reach.Before, planes.Reach.Before).Fill(zeros[plane]);
            if (count < planes.To.Width + planes.Reach.After) new Span<uint>((uint*)row + count, planes.To.Width + planes.Reach.After - count).Fill(zeros[plane]);
        }
    }
}
