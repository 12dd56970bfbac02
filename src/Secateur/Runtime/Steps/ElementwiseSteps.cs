using Secateur.Execution;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Merge;

namespace Secateur.Runtime.Steps;

/// <summary>The planes of what makes a map of another of the same size.</summary>
internal sealed record ElementwisePlanes(PlanarLayout Layout, nint[] Inputs, nint[] Outputs);

/// <summary>What makes each value of one value, some positions of all channels a part.</summary>
internal abstract unsafe class ElementwiseStep(string name, ElementwisePlanes planes) : PlanStep(name)
{
    public sealed override void Run(float* memory, int part, int parts)
    {
        var (start, end) = Share(planes.Layout.Positions, part, parts);
        if (start == end) return;
        for (var c = 0; c < planes.Inputs.Length; c++)
        {
            var output = memory + planes.Outputs[c];
            Run(memory, c, memory + planes.Inputs[c], output, start, end);
            planes.Layout.ClearHalo(output, start, end);
        }
    }

    /// <summary>Computes positions [start, end) of a channel.</summary>
    protected abstract void Run(float* memory, int channel, float* input, float* output, int start, int end);
}

/// <summary>An activation that no convolution took over.</summary>
internal sealed unsafe class ActivationStep(string name, ElementwisePlanes planes, ChannelActivation activation) : ElementwiseStep(name, planes)
{
    protected override void Run(float* memory, int channel, float* input, float* output, int start, int end) =>
        activation.Run(channel, input, output, start, end);
}

/// <summary>A product of two maps.</summary>
internal sealed unsafe class ProductStep(string name, ElementwisePlanes planes, nint[] factors) : ElementwiseStep(name, planes)
{
    protected override void Run(float* memory, int channel, float* input, float* output, int start, int end) =>
        PlaneProduct.Run(input, memory + factors[channel], output, start, end);
}

/// <summary>A map of which each channel is multiplied by one pixel.</summary>
internal sealed unsafe class ScaleStep(string name, ElementwisePlanes planes, nint[] factors) : ElementwiseStep(name, planes)
{
    protected override void Run(float* memory, int channel, float* input, float* output, int start, int end) =>
        PlaneSum.Scale(input, memory[factors[channel]], output, start, end);
}
