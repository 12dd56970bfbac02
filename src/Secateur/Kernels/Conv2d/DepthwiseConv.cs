using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Secateur.Kernels.Activation;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>
/// What <see cref="DepthwiseConv"/> computes for each of some channels c: y[c, p] = act(Bias[c] + sum over k of Weights[c, k] * x[c, Offsets[k] + p]).
/// </summary>
internal unsafe struct DepthwiseConvCall
{
    /// <summary>C.</summary>
    public int Channels;

    /// <summary>Position 0 of the first input channel.</summary>
    public float* Input;

    /// <summary>Floats from one input channel to the next.</summary>
    public int InputStride;

    /// <summary>Distances of the taps, [K].</summary>
    public int* Offsets;

    /// <summary>[C, K].</summary>
    public float* Weights;

    /// <summary>K.</summary>
    public int Taps;

    /// <summary>Where the sums start, [C].</summary>
    public float* Bias;

    /// <summary>Slope of the activation below zero: 0 is ReLU, 1 is none.</summary>
    public float Slope;

    /// <summary>Position 0 of the first output channel.</summary>
    public float* Output;

    /// <summary>Floats from one output channel to the next.</summary>
    public int OutputStride;
}

/// <summary>A depthwise convolution over flat planes: four vectors of positions at a time.</summary>
internal static unsafe class DepthwiseConv
{
    /// <summary>Computes positions [start, end).</summary>
    public static void Run(SimdLevel level, in DepthwiseConvCall call, int start, int end)
    {
        switch (level)
        {
            case SimdLevel.Vector512:
                Run<Simd512, Vector512<float>>(in call, start, end);
                break;
            case SimdLevel.Vector256:
                Run<Simd256, Vector256<float>>(in call, start, end);
                break;
            default:
                Run<Simd128, Vector128<float>>(in call, start, end);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TSimd, TVector>(in DepthwiseConvCall call, int start, int end)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var width = TSimd.Width;
        var step = 4 * width;
        var slope = TSimd.Broadcast(call.Slope);
        var rest = stackalloc float[step];
        for (var channel = 0; channel < call.Channels; channel++)
        {
            var weights = call.Weights + (channel * call.Taps);
            var inputs = call.Input + (channel * (nint)call.InputStride);
            var outputs = call.Output + (channel * (nint)call.OutputStride);
            for (var p = start; p < end; p += step)
            {
                TVector a, b, c, d;
                a = b = c = d = TSimd.Broadcast(call.Bias[channel]);
                for (var k = 0; k < call.Taps; k++)
                {
                    var w = TSimd.Broadcast(weights[k]);
                    var x = inputs + p + call.Offsets[k];
                    a = TSimd.MultiplyAdd(w, TSimd.Load(x), a);
                    b = TSimd.MultiplyAdd(w, TSimd.Load(x + width), b);
                    c = TSimd.MultiplyAdd(w, TSimd.Load(x + (2 * width)), c);
                    d = TSimd.MultiplyAdd(w, TSimd.Load(x + (3 * width)), d);
                }

                if (call.Slope != 1)
                {
                    a = VectorActivation.Apply<TSimd, TVector>(a, slope);
                    b = VectorActivation.Apply<TSimd, TVector>(b, slope);
                    c = VectorActivation.Apply<TSimd, TVector>(c, slope);
                    d = VectorActivation.Apply<TSimd, TVector>(d, slope);
                }

                var partial = end - p < step;
                var output = partial ? rest : outputs + p;
                TSimd.Store(output, a);
                TSimd.Store(output + width, b);
                TSimd.Store(output + (2 * width), c);
                TSimd.Store(output + (3 * width), d);
                if (partial) new ReadOnlySpan<float>(rest, end - p).CopyTo(new Span<float>(outputs + p, end - p));
            }
        }
    }
}
