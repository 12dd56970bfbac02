using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Secateur.Kernels.Activation;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>What <see cref="DepthwiseConv"/> computes for one channel: y[p] = act(Bias + sum over k of Weights[k] * Input[Offsets[k] + p]).</summary>
internal unsafe struct DepthwiseConvCall
{
    /// <summary>Position 0 of the input channel.</summary>
    public float* Input;

    /// <summary>Distances of the taps, [K].</summary>
    public int* Offsets;

    /// <summary>[K].</summary>
    public float* Weights;

    /// <summary>K.</summary>
    public int Taps;

    /// <summary>Where the sum starts.</summary>
    public float Bias;

    /// <summary>Slope of the activation below zero: 0 is ReLU, 1 is none.</summary>
    public float Slope;

    /// <summary>Position 0 of the output channel.</summary>
    public float* Output;
}

/// <summary>A depthwise convolution of one channel over flat planes: four vectors of positions at a time.</summary>
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
        for (var p = start; p < end; p += step)
        {
            TVector a, b, c, d;
            a = b = c = d = TSimd.Broadcast(call.Bias);
            var input = call.Input + p;
            for (var k = 0; k < call.Taps; k++)
            {
                var w = TSimd.Broadcast(call.Weights[k]);
                var x = input + call.Offsets[k];
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
            var output = partial ? rest : call.Output + p;
            TSimd.Store(output, a);
            TSimd.Store(output + width, b);
            TSimd.Store(output + (2 * width), c);
            TSimd.Store(output + (3 * width), d);
            if (partial) new ReadOnlySpan<float>(rest, end - p).CopyTo(new Span<float>(call.Output + p, end - p));
        }
    }
}
