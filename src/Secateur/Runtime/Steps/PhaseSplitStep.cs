using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;

namespace Secateur.Runtime.Steps;

/// <summary>The phase planes that the strided convolutions of one input read.</summary>
/// <param name="From">Layout of the input.</param>
/// <param name="To">Layout of the phase planes.</param>
/// <param name="Reach">How far around an output pixel they go.</param>
/// <param name="Phases">The phases held, along each axis.</param>
internal sealed record PhasePlanes(PlanarLayout From, PlanarLayout To, PhaseReach Reach, int[] Phases);

/// <summary>Splits every channel into its phase planes.</summary>
internal sealed unsafe class PhaseSplitStep(string name, PhasePlanes planes, nint[] inputs, nint[] outputs) : PlanStep(name)
{
    public override void Run(float* memory, int part, int parts)
    {
        var count = planes.Phases.Length;
        var (start, end) = ShareWhole(outputs.Length, part, parts);
        for (var i = start; i < end; i++)
        {
            var (channel, phase) = Math.DivRem(i, count * count);
            var source = memory + inputs[channel];
            PhaseSplit.Run(source, planes.From, memory + outputs[i], planes.To, planes.Reach, planes.Phases[phase / count], planes.Phases[phase % count]);
        }
    }
}
