using System.Runtime.Intrinsics;
using Secateur.Execution;
using Secateur.Kernels;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Quads;
using Secateur.Kernels.Upsample;

namespace Secateur.Runtime.Steps;

/// <summary>Nearest upsampling of quads.</summary>
internal sealed unsafe class QuadNearestStep(string name, PlanarLayout from, PlanarLayout to, nint[] inputs, (nint Plane, uint Zero)[] outputs) : PlanStep(name)
{
    private readonly int[] _columns = Arrays.Of(to.Width, x => NearestSource.Of(x, from.Width, to.Width));

    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = ShareWhole(outputs.Length, part, parts);
        for (var c = start; c < end; c++)
        {
            var output = memory + outputs[c].Plane;

            // Upsampling moves quads, whatever they are.
            PlaneUpsample.Nearest(memory + inputs[c], from, output, to, _columns);
            to.FillHalo((uint*)output, outputs[c].Zero, 0, to.Positions);
        }
    }
}

/// <summary>Writes floats as bytes.</summary>
/// <param name="name">The step's name.</param>
/// <param name="layout">Of both.</param>
/// <param name="inputs">Position 0 of each channel.</param>
/// <param name="outputs">Position 0 of each plane of quads, with what stands for zeros.</param>
/// <param name="scale">What a step of a byte stands for.</param>
/// <param name="zero">What stands for zero.</param>
internal sealed unsafe class QuantizeStep(string name, PlanarLayout layout, nint[] inputs, (nint Plane, uint Zero)[] outputs, float scale, float zero) : PlanStep(name)
{
    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = Share(layout.Positions, part, parts);
        if (start == end) return;
        for (var plane = 0; plane < outputs.Length; plane++)
        {
            var output = (uint*)(memory + outputs[plane].Plane);
            for (var p = start; p < end; p += QuadStore.Step)
            {
                var first = plane * QuadStoreCall.Lanes;
                var quads = QuadStore.Pack(Value(memory, first, p), Value(memory, first + 1, p), Value(memory, first + 2, p), Value(memory, first + 3, p));
                for (var i = 0; i < Math.Min(QuadStore.Step, end - p); i++) output[p + i] = quads[i];
            }

            layout.FillHalo(output, outputs[plane].Zero, start, end);
        }
    }

    private Vector256<float> Value(float* memory, int channel, int p) => channel < inputs.Length
        ? Vector256.FusedMultiplyAdd(Vector256.Load(memory + inputs[channel] + p), Vector256.Create(1 / scale), Vector256.Create(zero))
        : Vector256.Create(zero);
}

/// <summary>Writes bytes as the floats that they stand for.</summary>
/// <param name="name">The step's name.</param>
/// <param name="layout">Of both.</param>
/// <param name="inputs">Position 0 of the plane of quads that each channel is in, and by how many bits it is shifted there.</param>
/// <param name="outputs">Position 0 of each channel.</param>
/// <param name="scale">What a step of a byte stands for.</param>
/// <param name="zeros">Of each channel, what stands for zero.</param>
internal sealed unsafe class DequantizeStep(string name, PlanarLayout layout, (nint Plane, int Bits)[] inputs, nint[] outputs, float scale, float[] zeros) : PlanStep(name)
{
    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = Share(layout.Positions, part, parts);
        if (start == end) return;
        for (var c = 0; c < inputs.Length; c++)
        {
            var quads = (uint*)(memory + inputs[c].Plane);
            var output = memory + outputs[c];
            for (var p = start; p < end; p++) output[p] = ((byte)(quads[p] >> inputs[c].Bits) - zeros[c]) * scale;
            layout.ClearHalo(output, start, end);
        }
    }
}
