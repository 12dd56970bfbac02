using System.Runtime.CompilerServices;
using Secateur.Kernels.Activation;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>What <see cref="DepthwiseConv"/> computes: y[p] = act(Bias + sum over k of Weights[k] * x[Offsets[k] + p]), for one channel.</summary>
internal unsafe struct DepthwiseConvCall
{
    /// <summary>Position 0 of x.</summary>
    public float* Input;

    /// <summary>Distances of the taps, [K].</summary>
    public int* Offsets;

    /// <summary>[K].</summary>
    public float* Weights;

    /// <summary>K.</summary>
    public int Taps;

    /// <summary>Where the sums start.</summary>
    public float Bias;

    /// <summary>Slope of the activation below zero: 0 is ReLU, 1 is none.</summary>
    public float Slope;

    /// <summary>Position 0 of y.</summary>
    public float* Output;
}

/// <summary>A channel of a depthwise convolution over flat planes: four vectors of positions at a time.</summary>
internal static unsafe class DepthwiseConv
{
    /// <summary>Computes positions [start, end). May read a vector behind what the taps reach.</summary>
    public static void Run(SimdLevel level, in DepthwiseConvCall call, int start, int end) => SimdDispatch.Run(level, new RangeCall(in call, start, end));

    private readonly ref struct RangeCall(ref readonly DepthwiseConvCall call, int start, int end) : ISimdCall
    {
        private readonly ref readonly DepthwiseConvCall _call = ref call;

        void ISimdCall.Run<TSimd, TVector>()
        {
            if (IsThreeByThree(_call.Offsets, _call.Taps)) RunThreeByThree<TSimd, TVector>(in _call, start, end);
            else RunAny<TSimd, TVector>(in _call, start, end);
        }
    }

    /// <summary>Whether the taps are three rows of three neighbours.</summary>
    private static bool IsThreeByThree(int* offsets, int taps)
    {
        if (taps != 9) return false;
        for (var k = 0; k < taps; k += 3)
        {
            if (offsets[k + 1] != offsets[k] + 1 || offsets[k + 2] != offsets[k] + 2) return false;
        }

        return true;
    }

    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    private static void RunThreeByThree<TSimd, TVector>(in DepthwiseConvCall call, int start, int end)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var width = TSimd.Width;
        var step = 4 * width;
        var rest = stackalloc float[step];
        for (var p = start; p < end; p += step)
        {
            TVector a, b, c, d;
            a = b = c = d = TSimd.Broadcast(call.Bias);
            for (var k = 0; k < 9; k += 3)
            {
                var x = call.Input + p + call.Offsets[k];
                var (v0, v1, v2) = (TSimd.Load(x), TSimd.Load(x + width), TSimd.Load(x + (2 * width)));
                var (v3, v4) = (TSimd.Load(x + (3 * width)), TSimd.Load(x + (4 * width)));
                var w = TSimd.Broadcast(call.Weights[k]);
                a = TSimd.MultiplyAdd(w, v0, a);
                b = TSimd.MultiplyAdd(w, v1, b);
                c = TSimd.MultiplyAdd(w, v2, c);
                d = TSimd.MultiplyAdd(w, v3, d);
                w = TSimd.Broadcast(call.Weights[k + 1]);
                a = TSimd.MultiplyAdd(w, TSimd.LoadNext(x, v0, v1), a);
                b = TSimd.MultiplyAdd(w, TSimd.LoadNext(x + width, v1, v2), b);
                c = TSimd.MultiplyAdd(w, TSimd.LoadNext(x + (2 * width), v2, v3), c);
                d = TSimd.MultiplyAdd(w, TSimd.LoadNext(x + (3 * width), v3, v4), d);
                w = TSimd.Broadcast(call.Weights[k + 2]);
                a = TSimd.MultiplyAdd(w, TSimd.LoadSecond(x, v0, v1), a);
                b = TSimd.MultiplyAdd(w, TSimd.LoadSecond(x + width, v1, v2), b);
                c = TSimd.MultiplyAdd(w, TSimd.LoadSecond(x + (2 * width), v2, v3), c);
                d = TSimd.MultiplyAdd(w, TSimd.LoadSecond(x + (3 * width), v3, v4), d);
            }

            Finish<TSimd, TVector>(call.Slope, call.Output + p, end - p, rest, a, b, c, d);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    private static void RunAny<TSimd, TVector>(in DepthwiseConvCall call, int start, int end)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var width = TSimd.Width;
        var step = 4 * width;
        var rest = stackalloc float[step];
        for (var p = start; p < end; p += step)
        {
            TVector a, b, c, d;
            a = b = c = d = TSimd.Broadcast(call.Bias);
            for (var k = 0; k < call.Taps; k++)
            {
                var w = TSimd.Broadcast(call.Weights[k]);
                var x = call.Input + p + call.Offsets[k];
                a = TSimd.MultiplyAdd(w, TSimd.Load(x), a);
                b = TSimd.MultiplyAdd(w, TSimd.Load(x + width), b);
                c = TSimd.MultiplyAdd(w, TSimd.Load(x + (2 * width)), c);
                d = TSimd.MultiplyAdd(w, TSimd.Load(x + (3 * width)), d);
            }

            Finish<TSimd, TVector>(call.Slope, call.Output + p, end - p, rest, a, b, c, d);
        }
    }

    /// <summary>Activation and store of four vectors, of which <paramref name="count"/> floats are wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TSimd, TVector>(float slope, float* output, int count, float* rest, TVector a, TVector b, TVector c, TVector d)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        if (slope != 1)
        {
            var below = TSimd.Broadcast(slope);
            a = VectorActivation.Apply<TSimd, TVector>(a, below);
            b = VectorActivation.Apply<TSimd, TVector>(b, below);
            c = VectorActivation.Apply<TSimd, TVector>(c, below);
            d = VectorActivation.Apply<TSimd, TVector>(d, below);
        }

        var width = TSimd.Width;
        var target = count < 4 * width ? rest : output;
        TSimd.Store(target, a);
        TSimd.Store(target + width, b);
        TSimd.Store(target + (2 * width), c);
        TSimd.Store(target + (3 * width), d);
        if (target == rest) new ReadOnlySpan<float>(rest, count).CopyTo(new Span<float>(output, count));
    }
}
