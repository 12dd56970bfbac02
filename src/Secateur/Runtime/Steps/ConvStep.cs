using Secateur.Execution;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;
using Secateur.Runtime.Packing;

namespace Secateur.Runtime.Steps;

/// <summary>Where a convolution reads and writes.</summary>
/// <param name="Layout">Of the outputs; the planes that are read have its pitch.</param>
/// <param name="Inputs">Position 0 of the first plane of each group; in a <see cref="PhaseWindow"/> counted from its first plane on.</param>
/// <param name="Offsets">The distance of each tap of a group.</param>
/// <param name="Outputs">Position 0 of each output channel.</param>
internal sealed record ConvPlanes(PlanarLayout Layout, nint[] Inputs, int[] Offsets, nint[] Outputs);

/// <summary>A convolution with what was fused into it. What it cannot read where it is comes through a <see cref="PhaseWindow"/>.</summary>
internal sealed unsafe class ConvStep(
    string name, SimdLevel level, PackedConv conv, ConvPlanes planes, ConvEpilogue epilogue, BorderStart? border, PhaseWindow? window, ChannelActivation? afterwards)
    : PlanStep(name)
{
    // The input rows under a strip of positions should stay in the first-level cache while all blocks of channels pass over them.
    private const int StripFloats = 6144;

    private readonly int _strip = Strip(conv);
    private readonly DenseKernel _dense = new(level, conv, planes.Inputs, planes.Offsets, planes.Outputs, epilogue, border);

    public override long ScratchFloats => window?.Floats ?? 0;

    public override long MultiplyAdds => (long)planes.Layout.Height * planes.Layout.Width * planes.Outputs.Length * conv.Taps;

    /// <summary>Positions that are convolved in one go.</summary>
    public static int Strip(PackedConv conv) => Math.Max(128, StripFloats / (conv.GroupChannels * conv.Geometry.Kernel) / 64 * 64);

    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = Share(planes.Layout.Positions, part, parts);
        if (start == end) return;
        var held = default(HeldRows);
        for (var strip = start; strip < end; strip += _strip)
        {
            var stripEnd = Math.Min(strip + _strip, end);
            var source = window is null ? memory : window.Advance(memory, part, ref held, strip, stripEnd);
            if (conv.IsDepthwise && border is null && epilogue.Addends is null) RunDepthwise(memory, source, strip, stripEnd);
            else _dense.Run(memory, source, strip, stripEnd);
            if (afterwards is not null) Activate(memory, strip, stripEnd);
        }

        foreach (var output in planes.Outputs) planes.Layout.ClearHalo(memory + output, start, end);
    }

    private void Activate(float* memory, int start, int end)
    {
        for (var c = 0; c < planes.Outputs.Length; c++) afterwards!.Run(c, memory + planes.Outputs[c], memory + planes.Outputs[c], start, end);
    }

    private void RunDepthwise(float* memory, float* source, int start, int end)
    {
        fixed (int* offsets = planes.Offsets)
        fixed (float* weights = conv.Weights)
        {
            for (var c = 0; c < planes.Outputs.Length; c++)
            {
                var call = new DepthwiseConvCall
                {
                    Input = source + planes.Inputs[c],
                    Offsets = offsets,
                    Weights = weights + ((nint)c * conv.Taps),
                    Taps = conv.Taps,
                    Bias = conv.Bias[c],
                    Slope = epilogue.Slope,
                    Output = memory + planes.Outputs[c],
                };
                DepthwiseConv.Run(level, in call, start, end);
            }
        }
    }
}
