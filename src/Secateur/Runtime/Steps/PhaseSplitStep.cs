using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;

namespace Secateur.Runtime.Steps;

/// <summary>Splits every channel into its phase planes.</summary>
/// <param name="name">The convolution that reads them.</param>
/// <param name="level">The vector width.</param>
/// <param name="from">Layout of the inputs.</param>
/// <param name="inputs">Position 0 of each channel.</param>
/// <param name="planes">What the planes hold.</param>
/// <param name="outputs">Position 0 of each channel's first plane.</param>
internal sealed unsafe class PhaseSplitStep(string name, SimdLevel level, PlanarLayout from, nint[] inputs, PhasePlanes planes, nint[] outputs) : PlanStep(name)
{
    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = ShareWhole(inputs.Length * planes.Rows, part, parts);
        for (var i = start; i < end; i++)
        {
            var (channel, row) = Math.DivRem(i, planes.Rows);
            var y = planes.FirstRow + row;
            for (var phase = 0; phase < planes.Phases.Length; phase++)
            {
                var inputRow = planes.InputRow(y, phase);
                var source = planes.HasInputRow(inputRow) ? memory + inputs[channel] + ((nint)inputRow * from.Pitch) : null;
                planes.FillRow(level, source, memory + outputs[channel], y, phase);
            }
        }
    }
}
