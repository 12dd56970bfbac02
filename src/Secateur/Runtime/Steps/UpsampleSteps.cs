using Secateur.Execution;
using Secateur.Kernels;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Upsample;

namespace Secateur.Runtime.Steps;

/// <summary>The planes of an upsampling.</summary>
internal sealed record UpsamplePlanes(PlanarLayout From, PlanarLayout To, nint[] Inputs, nint[] Outputs);

/// <summary>Nearest upsampling.</summary>
internal sealed unsafe class NearestStep(string name, UpsamplePlanes planes) : PlanStep(name)
{
    private readonly int[] _columns =
        Arrays.Of(planes.To.Width, x => NearestSource.Of(x, planes.From.Width, planes.To.Width));

    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = ShareWhole(planes.Outputs.Length, part, parts);
        for (var c = start; c < end; c++)
        {
            var output = memory + planes.Outputs[c];
            PlaneUpsample.Nearest(memory + planes.Inputs[c], planes.From, output, planes.To, _columns);
            planes.To.ClearHalo(output, 0, planes.To.Positions);
        }
    }
}

/// <summary>Bilinear upsampling.</summary>
internal sealed unsafe class BilinearStep(string name, UpsamplePlanes planes) : PlanStep(name)
{
    private readonly BilinearTap[] _columns =
        Arrays.Of(planes.To.Width, x => BilinearTap.At(x, planes.From.Width, planes.To.Width));

    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = ShareWhole(planes.Outputs.Length, part, parts);
        for (var c = start; c < end; c++)
        {
            var output = memory + planes.Outputs[c];
            PlaneUpsample.Bilinear(memory + planes.Inputs[c], planes.From, output, planes.To, _columns);
            planes.To.ClearHalo(output, 0, planes.To.Positions);
        }
    }
}
