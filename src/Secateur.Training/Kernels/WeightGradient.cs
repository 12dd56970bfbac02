using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;

namespace Secateur.Training.Kernels;

/// <summary>What <see cref="WeightGradient"/> computes: Result[o, k] += sum over p &lt; Positions of Gradient[o, p] * Input[Offsets[k] + p].</summary>
internal unsafe struct WeightGradientCall
{
    /// <summary>Position 0 of the output's gradient, first channel; zero at the gaps and for a vector behind the last position.</summary>
    public float* Gradient;

    /// <summary>Floats from one channel of <see cref="Gradient"/> to the next.</summary>
    public int GradientStride;

    /// <summary>Position 0 of the first input channel.</summary>
    public float* Input;

    /// <summary>For each tap its distance from <see cref="Input"/>, [K].</summary>
    public int* Offsets;

    /// <summary>K.</summary>
    public int Taps;

    /// <summary>Number of positions.</summary>
    public int Positions;

    /// <summary>[O, K].</summary>
    public float* Result;
}

/// <summary>The gradient of a convolution's weights over flat planes: up to four output channels by four taps stay in registers while positions stream by.</summary>
internal static unsafe class WeightGradient
{
    private const int TapsAtOnce = 4;
    private const int MaxBlock = 4;

    /// <summary>The most output channels at once that a width has registers for: their sums at each of the taps, the inputs of these and a gradient.</summary>
    public static int BlockFor(SimdLevel level) => Math.Min(MaxBlock, (level.Registers() - TapsAtOnce - 1) / TapsAtOnce);

    /// <summary>Adds the gradients of <paramref name="outputs"/> channels.</summary>
    public static void Run(SimdLevel level, in WeightGradientCall call, int outputs, ref ReadAhead ahead)
    {
        if (outputs == 1 && call.Taps == 9)
        {
            SimdDispatch.Run(level, new NineCall(in call));
            return;
        }

        var most = BlockFor(level);
        ahead.Spread((outputs + most - 1) / most * ((call.Taps + TapsAtOnce - 1) / TapsAtOnce));
        for (var first = 0; first < outputs; first += most)
        {
            var part = call;
            part.Gradient += (nint)first * call.GradientStride;
            part.Result += (nint)first * call.Taps;
            var block = Math.Min(most, outputs - first);
            SimdDispatch.Run(level, new BlockCall(block, in part, ref ahead));
        }
    }

    private readonly ref struct NineCall(ref readonly WeightGradientCall call) : ISimdCall
    {
        private readonly ref readonly WeightGradientCall _call = ref call;

        void ISimdCall.Run<TSimd, TVector>() => RunNine<TSimd, TVector>(in _call);
    }

    private readonly ref struct BlockCall(int block, ref readonly WeightGradientCall call, ref ReadAhead ahead) : ISimdCall
    {
        private readonly ref readonly WeightGradientCall _call = ref call;
        private readonly ref ReadAhead _ahead = ref ahead;

        void ISimdCall.Run<TSimd, TVector>() => RunBlock<TSimd, TVector>(block, in _call, ref _ahead);
    }

    private static void RunBlock<TSimd, TVector>(int block, in WeightGradientCall call, ref ReadAhead ahead)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        switch (block)
        {
            case 1:
                Run<TSimd, TVector, Block1>(in call, ref ahead);
                break;
            case 2:
                Run<TSimd, TVector, Block2>(in call, ref ahead);
                break;
            case 3:
                Run<TSimd, TVector, Block3>(in call, ref ahead);
                break;
            default:
                Run<TSimd, TVector, Block4>(in call, ref ahead);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TSimd, TVector, TBlock>(in WeightGradientCall call, ref ReadAhead ahead)
        where TSimd : ISimd<TVector>
        where TVector : struct
        where TBlock : IConvBlock
    {
        var g0 = call.Gradient;
        var (stride, positions, taps) = ((nint)call.GradientStride, call.Positions, call.Taps);
        for (var k = 0; k < taps; k += TapsAtOnce)
        {
            ahead.Advance();

            // Where fewer than four taps are left the last one is computed again, and dropped.
            var x0 = call.Input + call.Offsets[k];
            var x1 = call.Input + call.Offsets[Math.Min(k + 1, taps - 1)];
            var x2 = call.Input + call.Offsets[Math.Min(k + 2, taps - 1)];
            var x3 = call.Input + call.Offsets[Math.Min(k + 3, taps - 1)];
            var zero = TSimd.Broadcast(0);
            TVector a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero,
                c0 = zero, c1 = zero, c2 = zero, c3 = zero, d0 = zero, d1 = zero, d2 = zero, d3 = zero;
            for (nint p = 0; p < positions; p += TSimd.Width)
            {
                var (v0, v1, v2, v3) = (TSimd.Load(x0 + p), TSimd.Load(x1 + p), TSimd.Load(x2 + p), TSimd.Load(x3 + p));
                var g = TSimd.Load(g0 + p);
                a0 = TSimd.MultiplyAdd(g, v0, a0);
                a1 = TSimd.MultiplyAdd(g, v1, a1);
                a2 = TSimd.MultiplyAdd(g, v2, a2);
                a3 = TSimd.MultiplyAdd(g, v3, a3);
                if (TBlock.Size > 1)
                {
                    g = TSimd.Load(g0 + stride + p);
                    b0 = TSimd.MultiplyAdd(g, v0, b0);
                    b1 = TSimd.MultiplyAdd(g, v1, b1);
                    b2 = TSimd.MultiplyAdd(g, v2, b2);
                    b3 = TSimd.MultiplyAdd(g, v3, b3);
                }

                if (TBlock.Size > 2)
                {
                    g = TSimd.Load(g0 + (2 * stride) + p);
                    c0 = TSimd.MultiplyAdd(g, v0, c0);
                    c1 = TSimd.MultiplyAdd(g, v1, c1);
                    c2 = TSimd.MultiplyAdd(g, v2, c2);
                    c3 = TSimd.MultiplyAdd(g, v3, c3);
                }

                if (TBlock.Size > 3)
                {
                    g = TSimd.Load(g0 + (3 * stride) + p);
                    d0 = TSimd.MultiplyAdd(g, v0, d0);
                    d1 = TSimd.MultiplyAdd(g, v1, d1);
                    d2 = TSimd.MultiplyAdd(g, v2, d2);
                    d3 = TSimd.MultiplyAdd(g, v3, d3);
                }
            }

            var left = taps - k;
            Add(call.Result + k, left, TSimd.SumFour(a0, a1, a2, a3));
            if (TBlock.Size > 1) Add(call.Result + taps + k, left, TSimd.SumFour(b0, b1, b2, b3));
            if (TBlock.Size > 2) Add(call.Result + (2 * taps) + k, left, TSimd.SumFour(c0, c1, c2, c3));
            if (TBlock.Size > 3) Add(call.Result + (3 * taps) + k, left, TSimd.SumFour(d0, d1, d2, d3));
        }
    }

    /// <summary>One channel of a depthwise 3x3 convolution: all taps at once, the gradient is read once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunNine<TSimd, TVector>(in WeightGradientCall call)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var x = call.Input;
        var gradient = call.Gradient;
        var at = call.Offsets;
        var positions = call.Positions;
        var (x0, x1, x2, x3, x4, x5, x6, x7, x8) = ((nint)at[0], (nint)at[1], (nint)at[2], (nint)at[3], (nint)at[4], (nint)at[5], (nint)at[6], (nint)at[7], (nint)at[8]);
        var zero = TSimd.Broadcast(0);
        TVector a = zero, b = zero, c = zero, d = zero, e = zero, f = zero, g = zero, h = zero, i = zero;
        for (nint p = 0; p < positions; p += TSimd.Width, x += TSimd.Width)
        {
            var v = TSimd.Load(gradient + p);
            a = TSimd.MultiplyAdd(v, TSimd.Load(x + x0), a);
            b = TSimd.MultiplyAdd(v, TSimd.Load(x + x1), b);
            c = TSimd.MultiplyAdd(v, TSimd.Load(x + x2), c);
            d = TSimd.MultiplyAdd(v, TSimd.Load(x + x3), d);
            e = TSimd.MultiplyAdd(v, TSimd.Load(x + x4), e);
            f = TSimd.MultiplyAdd(v, TSimd.Load(x + x5), f);
            g = TSimd.MultiplyAdd(v, TSimd.Load(x + x6), g);
            h = TSimd.MultiplyAdd(v, TSimd.Load(x + x7), h);
            i = TSimd.MultiplyAdd(v, TSimd.Load(x + x8), i);
        }

        Add(call.Result, 4, TSimd.SumFour(a, b, c, d));
        Add(call.Result + 4, 4, TSimd.SumFour(e, f, g, h));
        call.Result[8] += TSimd.Sum(i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* result, int left, Vector128<float> sums)
    {
        if (left >= TapsAtOnce)
        {
            (Vector128.Load(result) + sums).Store(result);
            return;
        }

        for (var i = 0; i < left; i++) result[i] += sums[i];
    }
}
