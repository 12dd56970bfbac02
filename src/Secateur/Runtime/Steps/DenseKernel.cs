using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;
using Secateur.Runtime.Packing;

namespace Secateur.Runtime.Steps;

/// <summary>What a convolution does to its sums before they are stored.</summary>
/// <param name="Slope">Slope of the activation below zero: 0 is ReLU, 1 is none.</param>
/// <param name="Addends">Position 0 of what is added to each output channel, or null.</param>
/// <param name="OwnFactor">Factor of the activated sum, when something is added.</param>
/// <param name="AddendFactor">Factor of the addend.</param>
internal sealed record ConvEpilogue(float Slope, nint[]? Addends, float OwnFactor, float AddendFactor);

/// <summary>Sums that start from values that differ at the borders, a channel after another.</summary>
internal sealed record BorderStart(float[] Values, int Stride, BorderRows Rows);

/// <summary>A packed convolution between places in memory.</summary>
/// <param name="level">Vector width.</param>
/// <param name="conv">The weights.</param>
/// <param name="inputs">Position 0 of the first plane of each group, from the source of a run.</param>
/// <param name="offsets">The distance of each tap of a group.</param>
/// <param name="outputs">Position 0 of each output channel.</param>
/// <param name="epilogue">What is done to the sums.</param>
/// <param name="border">Where the sums start, or null for the bias.</param>
internal sealed unsafe class DenseKernel(
    SimdLevel level, PackedConv conv, nint[] inputs, int[] offsets, nint[] outputs, ConvEpilogue epilogue, BorderStart? border)
{
    /// <summary>Computes positions [start, end) of all channels, and as many in each of more runs.</summary>
    public void Run(float* memory, float* source, int start, int end, MoreRuns moreRuns = default, FetchAhead fetch = default)
    {
        fixed (int* taps = offsets)
        fixed (float* weights = conv.Weights, bias = conv.Bias, starts = border?.Values)
        fixed (nint* targets = outputs, addends = epilogue.Addends)
        {
            var call = new DenseConvCall
            {
                Offsets = taps,
                Taps = conv.Taps,
                Weights = weights,
                Bias = bias,
                BorderStart = starts,
                BorderStride = border?.Stride ?? 0,
                Border = border?.Rows ?? default,
                Memory = memory,
                Outputs = targets,
                Addends = addends,
                MoreRuns = moreRuns,
                FetchesOutputs = true,
                Ahead = fetch,
                Slope = epilogue.Slope,
                OwnFactor = epilogue.OwnFactor,
                AddendFactor = epilogue.AddendFactor,
            };
            foreach (var (block, more) in conv.BlockRuns)
            {
                (call.First, call.MoreBlocks) = (block.First, more);
                call.Input = source + inputs[block.Group];
                DenseConv.Run(level, block.Size, in call, start, end);
                if (fetch.Start is not null) call.Ahead.Start += (more + 1) * fetch.BlockStep;
            }
        }
    }
}
