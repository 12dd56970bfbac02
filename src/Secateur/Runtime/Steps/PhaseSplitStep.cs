using Secateur.Execution;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;

namespace Secateur.Runtime.Steps;

/// <summary>Writes the phase planes of every channel; of stride 1, where the only phase is the whole, a map.</summary>
/// <param name="name">Who reads them.</param>
/// <param name="level">The vector width.</param>
/// <param name="source">What is split.</param>
/// <param name="planes">What the planes hold.</param>
/// <param name="output">Position 0 of the first plane.</param>
/// <param name="scratch">Where the threads' scratch memory starts.</param>
internal sealed unsafe class PhaseSplitStep(string name, SimdLevel level, RowSource source, PhasePlanes planes, nint output, nint scratch) : PlanStep(name)
{
    public override long ScratchFloats => source.ScratchFloats;

    public override void Run(float* memory, int part, int parts)
    {
        var row = memory + scratch + (part * (nint)ScratchFloats);
        var (start, end) = ShareWhole(planes.Rows, part, parts);
        for (var y = planes.FirstRow + start; y < planes.FirstRow + end; y++) source.Split(level, planes, memory, row, y, memory + output, y);
    }
}
