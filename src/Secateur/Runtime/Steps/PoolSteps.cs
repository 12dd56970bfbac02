using Secateur.Execution;
using Secateur.Kernels.AveragePool;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.MaxPool;

namespace Secateur.Runtime.Steps;

/// <summary>Where a pooling reads and writes.</summary>
internal sealed record PoolPlanes(PlanarLayout From, PlanarLayout To, nint[] Inputs, nint[] Outputs);

/// <summary>Max-pooling, some channels a part.</summary>
internal sealed unsafe class MaxPoolStep(string name, ConvGeometry window, PoolPlanes planes, nint scratch) : PlanStep(name)
{
    public override long ScratchFloats => PlaneMaxPool.ScratchFloats(planes.From.Width);

    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = ShareWhole(planes.Outputs.Length, part, parts);
        var columns = memory + scratch + (part * (nint)ScratchFloats);
        for (var c = start; c < end; c++)
        {
            var output = memory + planes.Outputs[c];
            PlaneMaxPool.Run(memory + planes.Inputs[c], planes.From, output, planes.To, window, columns);
            planes.To.ClearHalo(output, 0, planes.To.Positions);
        }
    }
}

/// <summary>Average pooling, some channels a part.</summary>
internal sealed unsafe class AveragePoolStep(string name, ConvGeometry window, bool countPadding, PoolPlanes planes, nint scratch) : PlanStep(name)
{
    public override long ScratchFloats => PlaneAveragePool.ScratchFloats(planes.From.Width);

    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = ShareWhole(planes.Outputs.Length, part, parts);
        var columns = memory + scratch + (part * (nint)ScratchFloats);
        for (var c = start; c < end; c++)
        {
            var output = memory + planes.Outputs[c];
            PlaneAveragePool.Run(memory + planes.Inputs[c], planes.From, output, planes.To, window, countPadding, columns);
            planes.To.ClearHalo(output, 0, planes.To.Positions);
        }
    }
}

/// <summary>The mean of each channel, some channels a part.</summary>
internal sealed unsafe class GlobalAveragePoolStep(string name, PoolPlanes planes) : PlanStep(name)
{
    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = ShareWhole(planes.Outputs.Length, part, parts);
        for (var c = start; c < end; c++)
        {
            var output = memory + planes.Outputs[c];
            *output = PlaneMean.Of(memory + planes.Inputs[c], planes.From);
            planes.To.ClearHalo(output, 0, planes.To.Positions);
        }
    }
}
