using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Secateur.Kernels.Activation;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>
/// The convolution of <see cref="Conv2dReference"/> over flat planes (see <see cref="Layout.PlanarLayout"/>): up to eight output channels by two
/// vectors of positions stay in registers while all taps stream by. Channels are never padded: a block of seven costs seven eighths.
/// </summary>
internal static unsafe class DenseConv
{
    /// <summary>The most output channels a block has.</summary>
    public const int MaxBlock = 8;

    /// <summary>Computes positions [start, end) of one block of channels, and as many in each of <see cref="DenseConvCall.MoreRuns"/>; so for more blocks.</summary>
    public static void Run(SimdLevel level, int block, in DenseConvCall call, int start, int end)
    {
        switch (level)
        {
            case SimdLevel.Vector512:
                RunBlock<Simd512, Vector512<float>>(block, in call, start, end);
                break;
            case SimdLevel.Vector256:
                RunBlock<Simd256, Vector256<float>>(block, in call, start, end);
                break;
            default:
                RunBlock<Simd128, Vector128<float>>(block, in call, start, end);
                break;
        }
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
        if (inPairs) (more, pitch, inputPitch) = (more / 2, 2 * pitch, 2 * inputPitch);

        // The commonest ways to finish in few instructions: the fewer, the earlier the next multiply-adds can start.
        var isActivated = call.Addends is null && call.Slope is not (0 or 1);
        var isPlain = call.Addends is null && call.Slope == 1;
        var isAdded = call.Addends is not null && call.Slope == 1 && call.OwnFactor == 1 && call.AddendFactor == 1;

        // Where nothing is to be fetched, what is there already.
        var fetches = call.Ahead.Start is not null;
        var block = fetches ? call.Ahead.Start : call.Input + start;
        nint fetched = fetches ? (nint)(call.Ahead.Offsets - call.Offsets) : 0;
        for (var blocks = call.MoreBlocks; blocks >= 0; blocks--, first += TBlock.Size)
        {
            var bias = call.Bias + first;
            var source = call.Input;
            var ahead = block - start;
            var (from, stop) = (start, end);
            for (var runs = more; runs >= 0; runs--)
            {
                for (var p = from; p < stop; p += step)
                {
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
                        var second = inPairs ? call.Border.Locate(p + distance, step) - call.Border.Locate(p, step) : TSimd.Width;
                        if (TBlock.Size > 0) (a0, b0) = LoadPair<TSimd, TVector>(at + (0 * (nint)call.BorderStride), second);
                        if (TBlock.Size > 1) (a1, b1) = LoadPair<TSimd, TVector>(at + (1 * (nint)call.BorderStride), second);
                        if (TBlock.Size > 2) (a2, b2) = LoadPair<TSimd, TVector>(at + (2 * (nint)call.BorderStride), second);
                        if (TBlock.Size > 3) (a3, b3) = LoadPair<TSimd, TVector>(at + (3 * (nint)call.BorderStride), second);
                        if (TBlock.Size > 4) (a4, b4) = LoadPair<TSimd, TVector>(at + (4 * (nint)call.BorderStride), second);
                        if (TBlock.Size > 5) (a5, b5) = LoadPair<TSimd, TVector>(at + (5 * (nint)call.BorderStride), second);
                        if (TBlock.Size > 6) (a6, b6) = LoadPair<TSimd, TVector>(at + (6 * (nint)call.BorderStride), second);
                        if (TBlock.Size > 7) (a7, b7) = LoadPair<TSimd, TVector>(at + (7 * (nint)call.BorderStride), second);
                    }

                    var input = source + p;
                    var offset = call.Offsets;
                    var fetch = ahead + p;
                    var weight = call.Weights + (first * (nint)taps);
                    for (var k = taps; k > 0; k--, offset++, weight += TBlock.Size)
                    {
                        if (Sse.IsSupported) Sse.Prefetch0(fetch + offset[fetched]);
                        var x0 = TSimd.Load(input + *offset);
                        var x1 = TSimd.Load(input + *offset + inputDistance);
                        if (TBlock.Size > 0)
                        {
                            var w = TSimd.Broadcast(weight[0]);
                            a0 = TSimd.MultiplyAdd(w, x0, a0);
                            b0 = TSimd.MultiplyAdd(w, x1, b0);
                        }

                        if (TBlock.Size > 1)
                        {
                            var w = TSimd.Broadcast(weight[1]);
                            a1 = TSimd.MultiplyAdd(w, x0, a1);
                            b1 = TSimd.MultiplyAdd(w, x1, b1);
                        }

                        if (TBlock.Size > 2)
                        {
                            var w = TSimd.Broadcast(weight[2]);
                            a2 = TSimd.MultiplyAdd(w, x0, a2);
                            b2 = TSimd.MultiplyAdd(w, x1, b2);
                        }

                        if (TBlock.Size > 3)
                        {
                            var w = TSimd.Broadcast(weight[3]);
                            a3 = TSimd.MultiplyAdd(w, x0, a3);
                            b3 = TSimd.MultiplyAdd(w, x1, b3);
                        }

                        if (TBlock.Size > 4)
                        {
                            var w = TSimd.Broadcast(weight[4]);
                            a4 = TSimd.MultiplyAdd(w, x0, a4);
                            b4 = TSimd.MultiplyAdd(w, x1, b4);
                        }

                        if (TBlock.Size > 5)
                        {
                            var w = TSimd.Broadcast(weight[5]);
                            a5 = TSimd.MultiplyAdd(w, x0, a5);
                            b5 = TSimd.MultiplyAdd(w, x1, b5);
                        }

                        if (TBlock.Size > 6)
                        {
                            var w = TSimd.Broadcast(weight[6]);
                            a6 = TSimd.MultiplyAdd(w, x0, a6);
                            b6 = TSimd.MultiplyAdd(w, x1, b6);
                        }

                        if (TBlock.Size > 7)
                        {
                            var w = TSimd.Broadcast(weight[7]);
                            a7 = TSimd.MultiplyAdd(w, x0, a7);
                            b7 = TSimd.MultiplyAdd(w, x1, b7);
                        }
                    }

                    // No call while accumulators live: it would make the compiler keep them in memory. So a last part is put aside whole first.
                    var rest = stop - p < step ? aside : null;
                    var outputs = call.Outputs + first;
                    var memory = call.Memory + p;
                    if (rest is null && isActivated)
                    {
                        var slope = TSimd.Broadcast(call.Slope);
                        if (TBlock.Size > 0) Activate<TSimd, TVector>(memory + outputs[0], distance, slope, a0, b0);
                        if (TBlock.Size > 1) Activate<TSimd, TVector>(memory + outputs[1], distance, slope, a1, b1);
                        if (TBlock.Size > 2) Activate<TSimd, TVector>(memory + outputs[2], distance, slope, a2, b2);
                        if (TBlock.Size > 3) Activate<TSimd, TVector>(memory + outputs[3], distance, slope, a3, b3);
                        if (TBlock.Size > 4) Activate<TSimd, TVector>(memory + outputs[4], distance, slope, a4, b4);
                        if (TBlock.Size > 5) Activate<TSimd, TVector>(memory + outputs[5], distance, slope, a5, b5);
                        if (TBlock.Size > 6) Activate<TSimd, TVector>(memory + outputs[6], distance, slope, a6, b6);
                        if (TBlock.Size > 7) Activate<TSimd, TVector>(memory + outputs[7], distance, slope, a7, b7);
                    }
                    else if (rest is null && isPlain)
                    {
                        if (TBlock.Size > 0) Store<TSimd, TVector>(memory + outputs[0], distance, a0, b0);
                        if (TBlock.Size > 1) Store<TSimd, TVector>(memory + outputs[1], distance, a1, b1);
                        if (TBlock.Size > 2) Store<TSimd, TVector>(memory + outputs[2], distance, a2, b2);
                        if (TBlock.Size > 3) Store<TSimd, TVector>(memory + outputs[3], distance, a3, b3);
                        if (TBlock.Size > 4) Store<TSimd, TVector>(memory + outputs[4], distance, a4, b4);
                        if (TBlock.Size > 5) Store<TSimd, TVector>(memory + outputs[5], distance, a5, b5);
                        if (TBlock.Size > 6) Store<TSimd, TVector>(memory + outputs[6], distance, a6, b6);
                        if (TBlock.Size > 7) Store<TSimd, TVector>(memory + outputs[7], distance, a7, b7);
                    }
                    else if (rest is null && isAdded)
                    {
                        var addends = call.Addends + first;
                        if (TBlock.Size > 0) Add<TSimd, TVector>(memory + outputs[0], memory + addends[0], distance, a0, b0);
                        if (TBlock.Size > 1) Add<TSimd, TVector>(memory + outputs[1], memory + addends[1], distance, a1, b1);
                        if (TBlock.Size > 2) Add<TSimd, TVector>(memory + outputs[2], memory + addends[2], distance, a2, b2);
                        if (TBlock.Size > 3) Add<TSimd, TVector>(memory + outputs[3], memory + addends[3], distance, a3, b3);
                        if (TBlock.Size > 4) Add<TSimd, TVector>(memory + outputs[4], memory + addends[4], distance, a4, b4);
                        if (TBlock.Size > 5) Add<TSimd, TVector>(memory + outputs[5], memory + addends[5], distance, a5, b5);
                        if (TBlock.Size > 6) Add<TSimd, TVector>(memory + outputs[6], memory + addends[6], distance, a6, b6);
                        if (TBlock.Size > 7) Add<TSimd, TVector>(memory + outputs[7], memory + addends[7], distance, a7, b7);
                    }
                    else
                    {
                        if (TBlock.Size > 0) Finish<TSimd, TVector>(in call, first + 0, p, distance, rest is null ? null : rest + (0 * asideStride), a0, b0);
                        if (TBlock.Size > 1) Finish<TSimd, TVector>(in call, first + 1, p, distance, rest is null ? null : rest + (1 * asideStride), a1, b1);
                        if (TBlock.Size > 2) Finish<TSimd, TVector>(in call, first + 2, p, distance, rest is null ? null : rest + (2 * asideStride), a2, b2);
                        if (TBlock.Size > 3) Finish<TSimd, TVector>(in call, first + 3, p, distance, rest is null ? null : rest + (3 * asideStride), a3, b3);
                        if (TBlock.Size > 4) Finish<TSimd, TVector>(in call, first + 4, p, distance, rest is null ? null : rest + (4 * asideStride), a4, b4);
                        if (TBlock.Size > 5) Finish<TSimd, TVector>(in call, first + 5, p, distance, rest is null ? null : rest + (5 * asideStride), a5, b5);
                        if (TBlock.Size > 6) Finish<TSimd, TVector>(in call, first + 6, p, distance, rest is null ? null : rest + (6 * asideStride), a6, b6);
                        if (TBlock.Size > 7) Finish<TSimd, TVector>(in call, first + 7, p, distance, rest is null ? null : rest + (7 * asideStride), a7, b7);
                    }

                    if (rest is not null) CopyRest(in call, first, TBlock.Size, rest, asideStride, p, stop - p);
                }

                (from, stop) = (from + pitch, stop + pitch);
                source += inputPitch - pitch;
                ahead += call.Ahead.RunStep - pitch;
            }

            block += call.Ahead.BlockStep;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector First, TVector Second) LoadPair<TSimd, TVector>(float* source, int distance)
        where TSimd : ISimd<TVector>
        where TVector : struct => (TSimd.Load(source), TSimd.Load(source + distance));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Activate<TSimd, TVector>(float* output, int distance, TVector slope, TVector a, TVector b)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        Store<TSimd, TVector>(output, distance, VectorActivation.Apply<TSimd, TVector>(a, slope), VectorActivation.Apply<TSimd, TVector>(b, slope));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TSimd, TVector>(float* output, float* addend, int distance, TVector a, TVector b)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var (x, y) = LoadPair<TSimd, TVector>(addend, distance);
        Store<TSimd, TVector>(output, distance, TSimd.Add(a, x), TSimd.Add(b, y));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TSimd, TVector>(float* output, int distance, TVector a, TVector b)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        TSimd.Store(output, a);
        TSimd.Store(output + distance, b);
    }

    /// <summary>Activation, addend and store of one channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TSimd, TVector>(in DenseConvCall call, int channel, int p, int distance, float* aside, TVector a, TVector b)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        if (call.Slope == 0)
        {
            var zero = TSimd.Broadcast(0);
            (a, b) = (TSimd.Max(a, zero), TSimd.Max(b, zero));
        }
        else if (call.Slope != 1)
        {
            var slope = TSimd.Broadcast(call.Slope);
            a = VectorActivation.Apply<TSimd, TVector>(a, slope);
            b = VectorActivation.Apply<TSimd, TVector>(b, slope);
        }

        if (call.Addends is not null)
        {
            var addend = call.Memory + call.Addends[channel] + p;
            var (x, y) = LoadPair<TSimd, TVector>(addend, distance);
            if (call.OwnFactor == 1 && call.AddendFactor == 1)
            {
                (a, b) = (TSimd.Add(a, x), TSimd.Add(b, y));
            }
            else
            {
                var own = TSimd.Broadcast(call.OwnFactor);
                var other = TSimd.Broadcast(call.AddendFactor);
                a = TSimd.MultiplyAdd(own, a, TSimd.Multiply(other, x));
                b = TSimd.MultiplyAdd(own, b, TSimd.Multiply(other, y));
            }
        }

        var output = aside is null ? call.Memory + call.Outputs[channel] + p : aside;
        Store<TSimd, TVector>(output, aside is null ? distance : TSimd.Width, a, b);
    }

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
