using Secateur.Execution;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.MaxPool;

namespace Secateur.Runtime.Steps;

/// <summary>Max-pooling, some channels a part.</summary>
internal sealed unsafe class MaxPoolStep(string name, ConvGeometry window, PlanarLayout from, PlanarLayout to, nint[] inputs, nint[] outputs, nint scratch) : PlanStep(name)
{
    public override long ScratchFloats => PlaneMaxPool.ScratchFloats(from.Width);

    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = ShareWhole(outputs.Length, part, parts);
        var columns = memory + scratch + (part * (nint)ScratchFloats);
        for (var c = start; c < end; c++)
        {
            var output = memory + outputs[c];
            PlaneMaxPool.Run(memory + inputs[c], from, output, to, window, columns);
            to.ClearHalo(output, 0, to.Positions);
        }
    }
}
