using System.Runtime.CompilerServices;
using Secateur.Kernels.Activation;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>
/// A 3x3 depthwise convolution of padding 1 and stride 1 or 2 over tiles, from top to bottom: each row is loaded once and counts for all the output
/// rows that it reaches. What a tile needs of those to its left and above it is kept from call to call.
/// </summary>
/// <remarks>A store costs as much as one or two multiply-adds, a maximum or a shift among vectors nothing beside these.</remarks>
internal static unsafe class DepthwiseTile
{
    /// <summary>Output columns of a tile: a multiple of two vectors, however wide.</summary>
    public const int Columns = 32;

    /// <summary>Rows kept of those above a tile.</summary>
    public static int CarriedRows(int stride) => 3 - stride;

    /// <summary>Computes y = act(Bias + sum over taps of Weights * x).</summary>
    public static void Run(SimdLevel level, int stride, in DepthwiseTileCall call) => SimdDispatch.Run(level, new StrideCall(stride, in call));

    private readonly ref struct StrideCall(int stride, ref readonly DepthwiseTileCall call) : ISimdCall
    {
        private readonly ref readonly DepthwiseTileCall _call = ref call;

        void ISimdCall.Run<TSimd, TVector>()
        {
            if (stride == 1) RunDense<TSimd, TVector>(in _call);
            else RunStrided<TSimd, TVector>(in _call);
        }
    }

    [MethodImpl(KernelCode.Options)]
    private static void RunDense<TSimd, TVector>(in DepthwiseTileCall call)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var width = TSimd.Width;
        for (var channel = 0; channel < call.Channels; channel++)
        {
            var weights = call.Weights + (channel * 9);
            var tile = call.Tile + (channel * (nint)call.TileStride);
            var carried = call.Carried + (channel * (nint)call.CarriedStride);
            var leftmost = call.Left + (channel * (nint)call.LeftStride);
            var outputs = call.Output + (channel * (nint)call.OutputStride);
            var (w00, w01, w02) = (TSimd.Broadcast(weights[0]), TSimd.Broadcast(weights[1]), TSimd.Broadcast(weights[2]));
            var (w10, w11, w12) = (TSimd.Broadcast(weights[3]), TSimd.Broadcast(weights[4]), TSimd.Broadcast(weights[5]));
            var (w20, w21, w22) = (TSimd.Broadcast(weights[6]), TSimd.Broadcast(weights[7]), TSimd.Broadcast(weights[8]));
            var (bias, slope) = (TSimd.Broadcast(call.Bias[channel]), TSimd.Broadcast(call.Slope));
            for (var x = 0; x < Columns; x += 2 * width)
            {
                // The vector to the left of the first columns was kept; the last columns are to the left of the next tile.
                var keeps = x + (2 * width) == Columns;
                float* left = leftmost, row = carried + x;
                var (l, m, n) = (TSimd.Load(x == 0 ? left : row - width), TSimd.Load(row), TSimd.Load(row + width));
                if (keeps) Keep(row + (2 * width), left + width);
                var (l2, l1, m2, m1) = (TSimd.SecondPrevious(l, m), TSimd.Previous(l, m), TSimd.SecondPrevious(m, n), TSimd.Previous(m, n));
                var a0 = Sum<TSimd, TVector>(w00, l2, w01, l1, w02, m, bias);
                var b0 = Sum<TSimd, TVector>(w00, m2, w01, m1, w02, n, bias);

                left += width;
                row += Columns;
                (l, m, n) = (TSimd.Load(x == 0 ? left : row - width), TSimd.Load(row), TSimd.Load(row + width));
                if (keeps) Keep(row + (2 * width), left + width);
                (l2, l1, m2, m1) = (TSimd.SecondPrevious(l, m), TSimd.Previous(l, m), TSimd.SecondPrevious(m, n), TSimd.Previous(m, n));
                a0 = Sum<TSimd, TVector>(w10, l2, w11, l1, w12, m, a0);
                b0 = Sum<TSimd, TVector>(w10, m2, w11, m1, w12, n, b0);
                var a1 = Sum<TSimd, TVector>(w00, l2, w01, l1, w02, m, bias);
                var b1 = Sum<TSimd, TVector>(w00, m2, w01, m1, w02, n, bias);

                row = tile + x;
                var output = outputs + x;
                for (var rows = call.Rows; rows > 0; rows--)
                {
                    left += width;
                    (l, m, n) = (TSimd.Load(x == 0 ? left : row - width), TSimd.Load(row), TSimd.Load(row + width));
                    if (keeps) Keep(row + (2 * width), left + width);
                    (l2, l1, m2, m1) = (TSimd.SecondPrevious(l, m), TSimd.Previous(l, m), TSimd.SecondPrevious(m, n), TSimd.Previous(m, n));
                    a0 = Sum<TSimd, TVector>(w20, l2, w21, l1, w22, m, a0);
                    b0 = Sum<TSimd, TVector>(w20, m2, w21, m1, w22, n, b0);
                    TSimd.Store(output, VectorActivation.Apply<TSimd, TVector>(a0, slope));
                    TSimd.Store(output + width, VectorActivation.Apply<TSimd, TVector>(b0, slope));
                    a0 = Sum<TSimd, TVector>(w10, l2, w11, l1, w12, m, a1);
                    b0 = Sum<TSimd, TVector>(w10, m2, w11, m1, w12, n, b1);
                    a1 = Sum<TSimd, TVector>(w00, l2, w01, l1, w02, m, bias);
                    b1 = Sum<TSimd, TVector>(w00, m2, w01, m1, w02, n, bias);
                    row += Columns;
                    output += Columns;
                }
            }

            var last = tile + ((call.Rows - 1) * Columns);
            Copy<TSimd, TVector>(call.Rows == 1 ? carried + Columns : last - Columns, carried, Columns);
            Copy<TSimd, TVector>(last, carried + Columns, Columns);
        }
    }

    [MethodImpl(KernelCode.Options)]
    private static void RunStrided<TSimd, TVector>(in DepthwiseTileCall call)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var width = TSimd.Width;
        for (var channel = 0; channel < call.Channels; channel++)
        {
            var weights = call.Weights + (channel * 9);
            var tile = call.Tile + (channel * (nint)call.TileStride);
            var carried = call.Carried + (channel * (nint)call.CarriedStride);
            var leftmost = call.Left + (channel * (nint)call.LeftStride);
            var outputs = call.Output + (channel * (nint)call.OutputStride);
            var (w00, w01, w02) = (TSimd.Broadcast(weights[0]), TSimd.Broadcast(weights[1]), TSimd.Broadcast(weights[2]));
            var (w10, w11, w12) = (TSimd.Broadcast(weights[3]), TSimd.Broadcast(weights[4]), TSimd.Broadcast(weights[5]));
            var (w20, w21, w22) = (TSimd.Broadcast(weights[6]), TSimd.Broadcast(weights[7]), TSimd.Broadcast(weights[8]));
            var (bias, slope) = (TSimd.Broadcast(call.Bias[channel]), TSimd.Broadcast(call.Slope));
            for (var x = 0; x < Columns; x += 2 * width)
            {
                // Even and odd columns of two vectors each; what is to the left of them is odd.
                var keeps = x + (2 * width) == Columns;
                float* left = leftmost, row = carried + (2 * x);
                var (e0, o0) = LoadPhases<TSimd, TVector>(row);
                var (e1, o1) = LoadPhases<TSimd, TVector>(row + (2 * width));
                var (p0, p1) = (TSimd.Previous(TSimd.Load(x == 0 ? left : row - width), o0), TSimd.Previous(o0, o1));
                if (keeps) Keep(row + (4 * width), left + width);
                row = tile + (2 * x);
                var output = outputs + x;
                for (var rows = call.Rows; rows > 0; rows--)
                {
                    var a = Sum<TSimd, TVector>(w00, p0, w01, e0, w02, o0, bias);
                    var b = Sum<TSimd, TVector>(w00, p1, w01, e1, w02, o1, bias);

                    left += width;
                    (e0, o0) = LoadPhases<TSimd, TVector>(row);
                    (e1, o1) = LoadPhases<TSimd, TVector>(row + (2 * width));
                    (p0, p1) = (TSimd.Previous(TSimd.Load(x == 0 ? left : row - width), o0), TSimd.Previous(o0, o1));
                    if (keeps) Keep(row + (4 * width), left + width);
                    a = Sum<TSimd, TVector>(w10, p0, w11, e0, w12, o0, a);
                    b = Sum<TSimd, TVector>(w10, p1, w11, e1, w12, o1, b);

                    left += width;
                    row += 2 * Columns;
                    (e0, o0) = LoadPhases<TSimd, TVector>(row);
                    (e1, o1) = LoadPhases<TSimd, TVector>(row + (2 * width));
                    (p0, p1) = (TSimd.Previous(TSimd.Load(x == 0 ? left : row - width), o0), TSimd.Previous(o0, o1));
                    if (keeps) Keep(row + (4 * width), left + width);
                    a = Sum<TSimd, TVector>(w20, p0, w21, e0, w22, o0, a);
                    b = Sum<TSimd, TVector>(w20, p1, w21, e1, w22, o1, b);
                    TSimd.Store(output, VectorActivation.Apply<TSimd, TVector>(a, slope));
                    TSimd.Store(output + width, VectorActivation.Apply<TSimd, TVector>(b, slope));
                    row += 2 * Columns;
                    output += Columns;
                }
            }

            Copy<TSimd, TVector>(tile + (((2 * call.Rows) - 1) * 2 * Columns), carried, 2 * Columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector Even, TVector Odd) LoadPhases<TSimd, TVector>(float* source)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var (low, high) = (TSimd.Load(source), TSimd.Load(source + TSimd.Width));
        return (TSimd.Even(low, high), TSimd.Odd(low, high));
    }

    /// <summary>sum + wa * a + wb * b + wc * c.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Sum<TSimd, TVector>(TVector wa, TVector a, TVector wb, TVector b, TVector wc, TVector c, TVector sum)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.MultiplyAdd(wc, c, TSimd.MultiplyAdd(wb, b, TSimd.MultiplyAdd(wa, a, sum)));

    /// <summary>Copies the two floats before <paramref name="end"/>: no tap reaches further.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep(float* end, float* leftEnd) => *(long*)(leftEnd - 2) = *(long*)(end - 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy<TSimd, TVector>(float* source, float* target, int count)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        for (var i = 0; i < count; i += TSimd.Width) TSimd.Store(target + i, TSimd.Load(source + i));
    }
}
