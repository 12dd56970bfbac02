using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Secateur.Kernels.Activation;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>
/// Convolution, dense or grouped, over flat planes (see <see cref="Layout.PlanarLayout"/>): up to eight output channels by two
/// vectors of positions stay in registers while all taps stream by. Channels are never padded: a block of seven costs seven eighths.
/// </summary>
internal static unsafe class DenseConv
{
    /// <summary>The most output channels a block has.</summary>
    public const int MaxBlock = 8;

    /// <summary>The most that a width has registers for: two accumulators a channel, two inputs and a weight.</summary>
    public static int BlockFor(SimdLevel level) => Math.Min(MaxBlock, (level.Registers() - 3) / 2);

    /// <summary>
    /// Computes positions [start, end) of one block of channels, and as many in each of <see cref="DenseConvCall.MoreRuns"/>; so for more blocks.
    /// </summary>
    public static void Run(SimdLevel level, int block, in DenseConvCall call, int start, int end) =>
        SimdDispatch.Run(level, new BlockCall(block, in call, start, end));

    private readonly ref struct BlockCall(int block, ref readonly DenseConvCall call, int start, int end) : ISimdCall
    {
        private readonly ref readonly DenseConvCall _call = ref call;

        void ISimdCall.Run<TSimd, TVector>() => RunBlock<TSimd, TVector>(block, in _call, start, end);
    }

    private static void RunBlock<TSimd, TVector>(int block, in DenseConvCall call, int start, int end)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        switch (block)
        {
            case 1:
                Run<TSimd, TVector, Block1>(in call, start, end);
                break;
            case 2:
                Run<TSimd, TVector, Block2>(in call, start, end);
                break;
            case 3:
                Run<TSimd, TVector, Block3>(in call, start, end);
                break;
            case 4:
                Run<TSimd, TVector, Block4>(in call, start, end);
                break;
            case 5:
                Run<TSimd, TVector, Block5>(in call, start, end);
                break;
            case 6:
                Run<TSimd, TVector, Block6>(in call, start, end);
                break;
            case 7:
                Run<TSimd, TVector, Block7>(in call, start, end);
                break;
            case 8:
                Run<TSimd, TVector, Block8>(in call, start, end);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(block), block, "a block has 1 to 8 channels");
        }
    }

    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    private static void Run<TSimd, TVector, TBlock>(in DenseConvCall call, int start, int end)
        where TSimd : ISimd<TVector>
        where TVector : struct
        where TBlock : IConvBlock
    {
        // One row of accumulators a channel; the rows that a block does not have compile to nothing.
        var asideStride = 2 * TSimd.Width;
        var aside = stackalloc float[TBlock.Size * asideStride];
        var (first, taps) = (call.First, call.Taps);

        // Of a vector of positions and the next one, or of the same in two runs.
        var (more, pitch, inputPitch, inPairs) = call.MoreRuns;
        var (step, distance) = inPairs ? (TSimd.Width, pitch) : (2 * TSimd.Width, TSimd.Width);
        nint inputDistance = inPairs ? inputPitch : TSimd.Width;
        Debug.Assert(!inPairs || more % 2 == 1, "runs in pairs are an even number");
        if (inPairs) (more, pitch, inputPitch) = (more / 2, 2 * pitch, 2 * inputPitch);

        var isSum = call.OwnFactor == 1 && call.AddendFactor == 1;

        // Where nothing is to be fetched, what is there already.
        var fetches = call.Ahead.Start is not null;
        var blockAhead = fetches ? call.Ahead.Start : call.Input + start;
        nint fetched = fetches ? (nint)(call.Ahead.Offsets - call.Offsets) : 0;
        for (var blocks = call.MoreBlocks; blocks >= 0; blocks--, first += TBlock.Size)
        {
            var bias = call.Bias + first;
            var source = call.Input;
            var ahead = blockAhead - start;
            var (from, stop) = (start, end);
            for (var runs = more; runs >= 0; runs--)
            {
                for (var p = from; p < stop; p += step)
                {
                    if (call.FetchesOutputs)
                    {
                        // At the end of each vector: lines begin anywhere in a row, and the positions before have brought the first one.
                        var vectorEnd = call.Memory + p + TSimd.Width - 1;
                        Prefetch.Pairs(vectorEnd, distance, call.Outputs + first, TBlock.Size);
                        if (call.Addends is not null) Prefetch.Pairs(vectorEnd, distance, call.Addends + first, TBlock.Size);
                    }

                    TVector a0 = default, b0 = default, a1 = default, b1 = default,
                        a2 = default, b2 = default, a3 = default, b3 = default,
                        a4 = default, b4 = default, a5 = default, b5 = default,
                        a6 = default, b6 = default, a7 = default, b7 = default;
                    if (call.BorderStart is null)
                    {
                        if (TBlock.Size > 0) a0 = b0 = TSimd.Broadcast(bias[0]);
                        if (TBlock.Size > 1) a1 = b1 = TSimd.Broadcast(bias[1]);
                        if (TBlock.Size > 2) a2 = b2 = TSimd.Broadcast(bias[2]);
                        if (TBlock.Size > 3) a3 = b3 = TSimd.Broadcast(bias[3]);
                        if (TBlock.Size > 4) a4 = b4 = TSimd.Broadcast(bias[4]);
                        if (TBlock.Size > 5) a5 = b5 = TSimd.Broadcast(bias[5]);
                        if (TBlock.Size > 6) a6 = b6 = TSimd.Broadcast(bias[6]);
                        if (TBlock.Size > 7) a7 = b7 = TSimd.Broadcast(bias[7]);
                    }
                    else
                    {
                        var at = call.BorderStart + (first * (nint)call.BorderStride) + call.Border.Locate(p, step);
                        var apart = inPairs ? call.Border.Locate(p + distance, step) - call.Border.Locate(p, step) : TSimd.Width;
                        if (TBlock.Size > 0) (a0, b0) = LoadPair<TSimd, TVector>(at + (0 * (nint)call.BorderStride), apart);
                        if (TBlock.Size > 1) (a1, b1) = LoadPair<TSimd, TVector>(at + (1 * (nint)call.BorderStride), apart);
                        if (TBlock.Size > 2) (a2, b2) = LoadPair<TSimd, TVector>(at + (2 * (nint)call.BorderStride), apart);
                        if (TBlock.Size > 3) (a3, b3) = LoadPair<TSimd, TVector>(at + (3 * (nint)call.BorderStride), apart);
                        if (TBlock.Size > 4) (a4, b4) = LoadPair<TSimd, TVector>(at + (4 * (nint)call.BorderStride), apart);
                        if (TBlock.Size > 5) (a5, b5) = LoadPair<TSimd, TVector>(at + (5 * (nint)call.BorderStride), apart);
                        if (TBlock.Size > 6) (a6, b6) = LoadPair<TSimd, TVector>(at + (6 * (nint)call.BorderStride), apart);
                        if (TBlock.Size > 7) (a7, b7) = LoadPair<TSimd, TVector>(at + (7 * (nint)call.BorderStride), apart);
                    }

                    var input = source + p;
                    var offset = call.Offsets;
                    var fetch = ahead + p;
                    var second = input + inputDistance;
                    var weight = call.Weights + (first * (nint)taps);
                    for (var last = offset + taps; offset < last; offset++, weight += TBlock.Size)
                    {
                        if (Sse.IsSupported) Sse.Prefetch0(fetch + offset[fetched]);
                        var (x0, x1) = (TSimd.Load(input + *offset), TSimd.Load(second + *offset));
                        TVector w = default;
                        if (TBlock.Size > 0)
                        {
                            w = TSimd.LoadWeight(weight, 0, TBlock.Size, w);
                            a0 = TSimd.MultiplyAddWeight(w, 0, TBlock.Size, x0, a0);
                            b0 = TSimd.MultiplyAddWeight(w, 0, TBlock.Size, x1, b0);
                        }

                        if (TBlock.Size > 1)
                        {
                            w = TSimd.LoadWeight(weight, 1, TBlock.Size, w);
                            a1 = TSimd.MultiplyAddWeight(w, 1, TBlock.Size, x0, a1);
                            b1 = TSimd.MultiplyAddWeight(w, 1, TBlock.Size, x1, b1);
                        }

                        if (TBlock.Size > 2)
                        {
                            w = TSimd.LoadWeight(weight, 2, TBlock.Size, w);
                            a2 = TSimd.MultiplyAddWeight(w, 2, TBlock.Size, x0, a2);
                            b2 = TSimd.MultiplyAddWeight(w, 2, TBlock.Size, x1, b2);
                        }

                        if (TBlock.Size > 3)
                        {
                            w = TSimd.LoadWeight(weight, 3, TBlock.Size, w);
                            a3 = TSimd.MultiplyAddWeight(w, 3, TBlock.Size, x0, a3);
                            b3 = TSimd.MultiplyAddWeight(w, 3, TBlock.Size, x1, b3);
                        }

                        if (TBlock.Size > 4)
                        {
                            w = TSimd.LoadWeight(weight, 4, TBlock.Size, w);
                            a4 = TSimd.MultiplyAddWeight(w, 4, TBlock.Size, x0, a4);
                            b4 = TSimd.MultiplyAddWeight(w, 4, TBlock.Size, x1, b4);
                        }

                        if (TBlock.Size > 5)
                        {
                            w = TSimd.LoadWeight(weight, 5, TBlock.Size, w);
                            a5 = TSimd.MultiplyAddWeight(w, 5, TBlock.Size, x0, a5);
                            b5 = TSimd.MultiplyAddWeight(w, 5, TBlock.Size, x1, b5);
                        }

                        if (TBlock.Size > 6)
                        {
                            w = TSimd.LoadWeight(weight, 6, TBlock.Size, w);
                            a6 = TSimd.MultiplyAddWeight(w, 6, TBlock.Size, x0, a6);
                            b6 = TSimd.MultiplyAddWeight(w, 6, TBlock.Size, x1, b6);
                        }

                        if (TBlock.Size > 7)
                        {
                            w = TSimd.LoadWeight(weight, 7, TBlock.Size, w);
                            a7 = TSimd.MultiplyAddWeight(w, 7, TBlock.Size, x0, a7);
                            b7 = TSimd.MultiplyAddWeight(w, 7, TBlock.Size, x1, b7);
                        }
                    }

                    // Decided once for all channels: the fewer instructions there are from here on, the earlier the next multiply-adds start.
                    if (call.Slope == 0)
                    {
                        var zero = TSimd.Broadcast(0);
                        if (TBlock.Size > 0) (a0, b0) = (TSimd.Max(a0, zero), TSimd.Max(b0, zero));
                        if (TBlock.Size > 1) (a1, b1) = (TSimd.Max(a1, zero), TSimd.Max(b1, zero));
                        if (TBlock.Size > 2) (a2, b2) = (TSimd.Max(a2, zero), TSimd.Max(b2, zero));
                        if (TBlock.Size > 3) (a3, b3) = (TSimd.Max(a3, zero), TSimd.Max(b3, zero));
                        if (TBlock.Size > 4) (a4, b4) = (TSimd.Max(a4, zero), TSimd.Max(b4, zero));
                        if (TBlock.Size > 5) (a5, b5) = (TSimd.Max(a5, zero), TSimd.Max(b5, zero));
                        if (TBlock.Size > 6) (a6, b6) = (TSimd.Max(a6, zero), TSimd.Max(b6, zero));
                        if (TBlock.Size > 7) (a7, b7) = (TSimd.Max(a7, zero), TSimd.Max(b7, zero));
                    }
                    else if (call.Slope != 1)
                    {
                        var slope = TSimd.Broadcast(call.Slope);
                        if (TBlock.Size > 0) (a0, b0) = Activate<TSimd, TVector>(a0, b0, slope);
                        if (TBlock.Size > 1) (a1, b1) = Activate<TSimd, TVector>(a1, b1, slope);
                        if (TBlock.Size > 2) (a2, b2) = Activate<TSimd, TVector>(a2, b2, slope);
                        if (TBlock.Size > 3) (a3, b3) = Activate<TSimd, TVector>(a3, b3, slope);
                        if (TBlock.Size > 4) (a4, b4) = Activate<TSimd, TVector>(a4, b4, slope);
                        if (TBlock.Size > 5) (a5, b5) = Activate<TSimd, TVector>(a5, b5, slope);
                        if (TBlock.Size > 6) (a6, b6) = Activate<TSimd, TVector>(a6, b6, slope);
                        if (TBlock.Size > 7) (a7, b7) = Activate<TSimd, TVector>(a7, b7, slope);
                    }

                    var memory = call.Memory + p;
                    if (call.Addends is not null && isSum)
                    {
                        var addends = call.Addends + first;
                        if (TBlock.Size > 0) (a0, b0) = Add<TSimd, TVector>(a0, b0, LoadPair<TSimd, TVector>(memory + addends[0], distance));
                        if (TBlock.Size > 1) (a1, b1) = Add<TSimd, TVector>(a1, b1, LoadPair<TSimd, TVector>(memory + addends[1], distance));
                        if (TBlock.Size > 2) (a2, b2) = Add<TSimd, TVector>(a2, b2, LoadPair<TSimd, TVector>(memory + addends[2], distance));
                        if (TBlock.Size > 3) (a3, b3) = Add<TSimd, TVector>(a3, b3, LoadPair<TSimd, TVector>(memory + addends[3], distance));
                        if (TBlock.Size > 4) (a4, b4) = Add<TSimd, TVector>(a4, b4, LoadPair<TSimd, TVector>(memory + addends[4], distance));
                        if (TBlock.Size > 5) (a5, b5) = Add<TSimd, TVector>(a5, b5, LoadPair<TSimd, TVector>(memory + addends[5], distance));
                        if (TBlock.Size > 6) (a6, b6) = Add<TSimd, TVector>(a6, b6, LoadPair<TSimd, TVector>(memory + addends[6], distance));
                        if (TBlock.Size > 7) (a7, b7) = Add<TSimd, TVector>(a7, b7, LoadPair<TSimd, TVector>(memory + addends[7], distance));
                    }
                    else if (call.Addends is not null)
                    {
                        var addends = call.Addends + first;
                        var (own, other) = (TSimd.Broadcast(call.OwnFactor), TSimd.Broadcast(call.AddendFactor));
                        if (TBlock.Size > 0) (a0, b0) = Blend<TSimd, TVector>(own, a0, b0, other, LoadPair<TSimd, TVector>(memory + addends[0], distance));
                        if (TBlock.Size > 1) (a1, b1) = Blend<TSimd, TVector>(own, a1, b1, other, LoadPair<TSimd, TVector>(memory + addends[1], distance));
                        if (TBlock.Size > 2) (a2, b2) = Blend<TSimd, TVector>(own, a2, b2, other, LoadPair<TSimd, TVector>(memory + addends[2], distance));
                        if (TBlock.Size > 3) (a3, b3) = Blend<TSimd, TVector>(own, a3, b3, other, LoadPair<TSimd, TVector>(memory + addends[3], distance));
                        if (TBlock.Size > 4) (a4, b4) = Blend<TSimd, TVector>(own, a4, b4, other, LoadPair<TSimd, TVector>(memory + addends[4], distance));
                        if (TBlock.Size > 5) (a5, b5) = Blend<TSimd, TVector>(own, a5, b5, other, LoadPair<TSimd, TVector>(memory + addends[5], distance));
                        if (TBlock.Size > 6) (a6, b6) = Blend<TSimd, TVector>(own, a6, b6, other, LoadPair<TSimd, TVector>(memory + addends[6], distance));
                        if (TBlock.Size > 7) (a7, b7) = Blend<TSimd, TVector>(own, a7, b7, other, LoadPair<TSimd, TVector>(memory + addends[7], distance));
                    }

                    var outputs = call.Outputs + first;
                    if (stop - p >= step)
                    {
                        if (TBlock.Size > 0) StorePair<TSimd, TVector>(memory + outputs[0], distance, a0, b0);
                        if (TBlock.Size > 1) StorePair<TSimd, TVector>(memory + outputs[1], distance, a1, b1);
                        if (TBlock.Size > 2) StorePair<TSimd, TVector>(memory + outputs[2], distance, a2, b2);
                        if (TBlock.Size > 3) StorePair<TSimd, TVector>(memory + outputs[3], distance, a3, b3);
                        if (TBlock.Size > 4) StorePair<TSimd, TVector>(memory + outputs[4], distance, a4, b4);
                        if (TBlock.Size > 5) StorePair<TSimd, TVector>(memory + outputs[5], distance, a5, b5);
                        if (TBlock.Size > 6) StorePair<TSimd, TVector>(memory + outputs[6], distance, a6, b6);
                        if (TBlock.Size > 7) StorePair<TSimd, TVector>(memory + outputs[7], distance, a7, b7);
                    }
                    else
                    {
                        // No call while accumulators live: it would make the compiler keep them in memory. So a last part is put aside whole first.
                        if (TBlock.Size > 0) StorePair<TSimd, TVector>(aside + (0 * asideStride), TSimd.Width, a0, b0);
                        if (TBlock.Size > 1) StorePair<TSimd, TVector>(aside + (1 * asideStride), TSimd.Width, a1, b1);
                        if (TBlock.Size > 2) StorePair<TSimd, TVector>(aside + (2 * asideStride), TSimd.Width, a2, b2);
                        if (TBlock.Size > 3) StorePair<TSimd, TVector>(aside + (3 * asideStride), TSimd.Width, a3, b3);
                        if (TBlock.Size > 4) StorePair<TSimd, TVector>(aside + (4 * asideStride), TSimd.Width, a4, b4);
                        if (TBlock.Size > 5) StorePair<TSimd, TVector>(aside + (5 * asideStride), TSimd.Width, a5, b5);
                        if (TBlock.Size > 6) StorePair<TSimd, TVector>(aside + (6 * asideStride), TSimd.Width, a6, b6);
                        if (TBlock.Size > 7) StorePair<TSimd, TVector>(aside + (7 * asideStride), TSimd.Width, a7, b7);
                        CopyRest(in call, first, TBlock.Size, aside, asideStride, p, stop - p);
                    }
                }

                (from, stop) = (from + pitch, stop + pitch);
                source += inputPitch - pitch;
                ahead += (inPairs ? 2 * call.Ahead.RunStep : call.Ahead.RunStep) - pitch;
            }

            blockAhead += call.Ahead.BlockStep;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector First, TVector Second) LoadPair<TSimd, TVector>(float* source, int distance)
        where TSimd : ISimd<TVector>
        where TVector : struct => (TSimd.Load(source), TSimd.Load(source + distance));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair<TSimd, TVector>(float* target, int distance, TVector a, TVector b)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(target, a);
        TSimd.Store(target + distance, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector A, TVector B) Activate<TSimd, TVector>(TVector a, TVector b, TVector slope)
        where TSimd : ISimd<TVector>
        where TVector : struct => (VectorActivation.Apply<TSimd, TVector>(a, slope), VectorActivation.Apply<TSimd, TVector>(b, slope));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector A, TVector B) Add<TSimd, TVector>(TVector a, TVector b, (TVector First, TVector Second) addend)
        where TSimd : ISimd<TVector>
        where TVector : struct => (TSimd.Add(a, addend.First), TSimd.Add(b, addend.Second));

    /// <summary>own * a + other * addend.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector A, TVector B) Blend<TSimd, TVector>(TVector own, TVector a, TVector b, TVector other, (TVector First, TVector Second) addend)
        where TSimd : ISimd<TVector>
        where TVector : struct =>
        (TSimd.MultiplyAdd(own, a, TSimd.Multiply(other, addend.First)), TSimd.MultiplyAdd(own, b, TSimd.Multiply(other, addend.Second)));

    /// <summary>Copies the first <paramref name="count"/> floats of pairs of vectors that were put aside: of both, where they are of two runs.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopyRest(in DenseConvCall call, int first, int channels, float* rest, int stride, int p, int count)
    {
        for (var c = 0; c < channels; c++)
        {
            var output = call.Memory + call.Outputs[first + c] + p;
            new ReadOnlySpan<float>(rest + (c * stride), count).CopyTo(new Span<float>(output, count));
            if (call.MoreRuns.InPairs)
                new ReadOnlySpan<float>(rest + (c * stride) + (stride / 2), count).CopyTo(new Span<float>(output + call.MoreRuns.Pitch, count));
        }
    }
}
