using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;
using Secateur.Runtime.Packing;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>The planes that a convolution over scratch memory reads and writes.</summary>
internal unsafe struct ScratchConv
{
    /// <summary>Position 0 of the first input plane.</summary>
    public float* Input;

    /// <summary>For each tap its distance from <see cref="Input"/>.</summary>
    public int[] Offsets;

    /// <summary>Rows of input planes that an output row reads.</summary>
    public int InputRows;

    /// <summary>A block after another, [taps, block].</summary>
    public float* Weights;

    /// <summary>One an output channel.</summary>
    public float* Bias;

    /// <summary>Position 0 of the first output plane.</summary>
    public float* Output;

    /// <summary>Floats from one output plane to the next.</summary>
    public int OutputStride;

    /// <summary>Positions to compute.</summary>
    public int Positions;
}

/// <summary>Runs the inference kernels over scratch memory.</summary>
internal static unsafe class ConvKernels
{
    // The input rows under a strip of positions should stay in the first-level cache while all blocks of channels pass over them.
    private const int StripFloats = 6144;

    /// <summary>Computes all channels of <paramref name="blocks"/>.</summary>
    public static void Run(SimdLevel level, ScratchConv conv, ChannelBlock[] blocks, ref ReadAhead ahead)
    {
        var channels = blocks[^1].First + blocks[^1].Size;
        var taps = conv.Offsets.Length;
        var outputs = stackalloc nint[channels];
        for (var c = 0; c < channels; c++) outputs[c] = (nint)c * conv.OutputStride;
        var strip = Math.Max(128, StripFloats / conv.InputRows / 64 * 64);
        fixed (int* offsets = conv.Offsets)
        {
            if (channels == 1 && taps < 32)
            {
                var depthwise = new DepthwiseConvCall
                {
                    Input = conv.Input,
                    Offsets = offsets,
                    Weights = conv.Weights,
                    Taps = taps,
                    Bias = *conv.Bias,
                    Slope = 1,
                    Output = conv.Output,
                };
                DepthwiseConv.Run(level, in depthwise, 0, conv.Positions);
                return;
            }

            var call = new DenseConvCall
            {
                Input = conv.Input,
                Offsets = offsets,
                Taps = taps,
                Weights = conv.Weights,
                Bias = conv.Bias,
                Memory = conv.Output,
                Outputs = outputs,
                Slope = 1,
            };
            ahead.Spread(((conv.Positions + strip - 1) / strip) * blocks.Length);
            for (var start = 0; start < conv.Positions; start += strip)
            {
                foreach (var block in blocks)
                {
                    call.First = block.First;
                    ahead.Advance();
                    DenseConv.Run(level, block.Size, in call, start, Math.Min(start + strip, conv.Positions));
                }
            }
        }
    }
}
