using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;

namespace Secateur.Runtime.Steps;

/// <summary>What a convolution does to its sums before they are stored.</summary>
/// <param name="Slope">Slope of the activation below zero: 0 is ReLU, 1 is none.</param>
/// <param name="Addends">Position 0 of what is added to each output channel, or null.</param>
/// <param name="OwnFactor">Factor of the activated sum, when something is added.</param>
/// <param name="AddendFactor">Factor of the addend.</param>
internal sealed record ConvEpilogue(float Slope, nint[]? Addends, float OwnFactor, float AddendFactor);

/// <summary>Sums that start from values that differ at the borders, a channel after another.</summary>
internal sealed record BorderStart(float[] Values, int Stride, BorderRows Rows);

/// <summary>Where a convolution reads and writes.</summary>
/// <param name="Layout">Of the outputs, and of the planes that are read.</param>
/// <param name="Inputs">Position 0 of the first plane of each group.</param>
/// <param name="Offsets">The distance of each tap of a group.</param>
/// <param name="Outputs">Position 0 of each output channel.</param>
internal sealed record ConvPlanes(PlanarLayout Layout, nint[] Inputs, int[] Offsets, nint[] Outputs);

/// <summary>A convolution with what was fused into it.</summary>
internal sealed unsafe class ConvStep(string name, SimdLevel level, PackedConv conv, ConvPlanes planes, ConvEpilogue epilogue, BorderStart? border)
    : PlanStep(name)
{
    // The input rows under a strip of positions should stay in the first-level cache while all blocks of channels pass over them.
    private const int StripFloats = 6144;

    private readonly int _strip = Math.Max(128, StripFloats / (conv.GroupChannels * conv.Geometry.Kernel) / 64 * 64);

    public override long MultiplyAdds => (long)planes.Layout.Height * planes.Layout.Width * planes.Outputs.Length * conv.Taps;

    public override void Run(float* memory, int part, int parts)
    {
        var (start, end) = Share(planes.Layout.Positions, part, parts);
        if (start == end) return;
        if (conv.IsDepthwise && border is null && epilogue.Addends is null) RunDepthwise(memory, start, end);
        else RunDense(memory, start, end);
        foreach (var output in planes.Outputs) planes.Layout.ClearHalo(memory + output, start, end);
    }

    private void RunDense(float* memory, int start, int end)
    {
        fixed (int* offsets = planes.Offsets)
        fixed (float* weights = conv.Weights, bias = conv.Bias, starts = border?.Values)
        fixed (nint* outputs = planes.Outputs, addends = epilogue.Addends)
        {
            var call = new DenseConvCall
            {
                Offsets = offsets,
                Taps = conv.Taps,
                Weights = weights,
                Bias = bias,
                BorderStart = starts,
                BorderStride = border?.Stride ?? 0,
                Border = border?.Rows ?? default,
                Memory = memory,
                Outputs = outputs,
                Addends = addends,
                Slope = epilogue.Slope,
                OwnFactor = epilogue.OwnFactor,
                AddendFactor = epilogue.AddendFactor,
            };
            for (var strip = start; strip < end; strip += _strip)
            {
                foreach (var block in conv.Blocks)
                {
                    call.First = block.First;
                    call.Input = memory + planes.Inputs[block.Group];
                    DenseConv.Run(level, block.Size, in call, strip, Math.Min(strip + _strip, end));
                }
            }
        }
    }

    private void RunDepthwise(float* memory, int start, int end)
    {
        fixed (int* offsets = planes.Offsets)
        fixed (float* weights = conv.Weights, bias = conv.Bias)
        {
            for (var c = 0; c < planes.Outputs.Length; c++)
            {
                var call = new DepthwiseConvCall
                {
                    Channels = 1,
                    Input = memory + planes.Inputs[c],
                    Offsets = offsets,
                    Weights = weights + ((nint)c * conv.Taps),
                    Taps = conv.Taps,
                    Bias = bias + c,
                    Slope = epilogue.Slope,
                    Output = memory + planes.Outputs[c],
                };
                DepthwiseConv.Run(level, in call, start, end);
            }
        }
    }
}
