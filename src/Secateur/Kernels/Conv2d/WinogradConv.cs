using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Secateur.Kernels.Activation;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>
/// The sums of a Winograd convolution (see <see cref="WinogradPoints"/>) over rows of values that <see cref="WinogradInput"/> made: for up to four
/// output channels by one vector of columns the sums at all points stay in registers and leave them as output rows.
/// </summary>
internal static unsafe class WinogradConv
{
    /// <summary>The most output channels a block has.</summary>
    public const int MaxBlock = 4;

    /// <summary>
    /// Whether a block's sums at all points are computed at once, with vectors of so many floats: 32 registers hold them, 16 those at half of the points.
    /// </summary>
    public static bool IsWide(int width) => width == Simd512.Width;

    /// <summary>Computes one band of one block.</summary>
    public static void Run(SimdLevel level, int block, in WinogradCall call) => SimdDispatch.Run(level, new BandCall(block, in call));

    private readonly ref struct BandCall(int block, ref readonly WinogradCall call) : ISimdCall
    {
        private readonly ref readonly WinogradCall _call = ref call;

        void ISimdCall.Run<TSimd, TVector>()
        {
            if (IsWide(TSimd.Width)) RunWide(block, in _call);
            else RunHalves<TSimd, TVector>(block, in _call);
        }
    }

    // Columns at the end that fit half a vector are computed as one.
    private static void RunWide(int block, in WinogradCall call)
    {
        var rest = call.Columns % Simd512.Width;
        if (rest is 0 or > 8)
        {
            RunPoints<Simd512, Vector512<float>, AllPoints>(block, in call);
            return;
        }

        var part = call;
        part.Columns -= rest;
        RunPoints<Simd512, Vector512<float>, AllPoints>(block, in part);
        part.Values += part.Columns;
        part.Memory += part.Columns;
        if (call.BorderStart is not null) part.BorderStart += part.Columns;
        part.Columns = rest;
        RunPoints<Simd256, Vector256<float>, AllPoints>(block, in part);
    }

    // The sums of half of the points are left in memory until the others are there.
    private static void RunHalves<TSimd, TVector>(int block, in WinogradCall call)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        RunPoints<TSimd, TVector, InnerPoints>(block, in call);
        RunPoints<TSimd, TVector, OuterPoints>(block, in call);
    }

    private static void RunPoints<TSimd, TVector, TPoints>(int block, in WinogradCall call)
        where TSimd : ISimd<TVector>
        where TVector : struct
        where TPoints : IPoints
    {
        switch (block)
        {
            case 1:
                Run<TSimd, TVector, Block1, TPoints>(in call);
                break;
            case 2:
                Run<TSimd, TVector, Block2, TPoints>(in call);
                break;
            case 3:
                Run<TSimd, TVector, Block3, TPoints>(in call);
                break;
            case 4:
                Run<TSimd, TVector, Block4, TPoints>(in call);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(block), block, "a block has 1 to 4 channels");
        }
    }

    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    private static void Run<TSimd, TVector, TBlock, TPoints>(in WinogradCall call)
        where TSimd : ISimd<TVector>
        where TVector : struct
        where TBlock : IConvBlock
        where TPoints : IPoints
    {
        // One sum a channel (letter) and point (digit); the channels that a block does not have compile to nothing.
        var aside = stackalloc float[TBlock.Size * WinogradPoints.Outputs * TSimd.Width];
        var stride = call.PointStride;
        for (var column = 0; column < call.Columns; column += TSimd.Width)
        {
            TVector a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default,
                b0 = default, b1 = default, b2 = default, b3 = default, b4 = default, b5 = default,
                c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default,
                d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default;
            var values = call.Values + column;
            var offset = call.Offsets;
            var factor = call.Factors;
            for (var k = call.Taps; k > 0; k--, offset++, factor += WinogradPoints.Inputs * TBlock.Size)
            {
                var at = values + *offset;
                TVector w = default;
                if (TPoints.Inner)
                {
                    var x0 = TSimd.Load(at);
                    if (TBlock.Size > 0) a0 = Add<TSimd, TVector, TBlock>(factor, 0, 0, ref w, x0, a0);
                    if (TBlock.Size > 1) b0 = Add<TSimd, TVector, TBlock>(factor, 0, 1, ref w, x0, b0);
                    if (TBlock.Size > 2) c0 = Add<TSimd, TVector, TBlock>(factor, 0, 2, ref w, x0, c0);
                    if (TBlock.Size > 3) d0 = Add<TSimd, TVector, TBlock>(factor, 0, 3, ref w, x0, d0);

                    var x1 = TSimd.Load(at + stride);
                    if (TBlock.Size > 0) a1 = Add<TSimd, TVector, TBlock>(factor, 1, 0, ref w, x1, a1);
                    if (TBlock.Size > 1) b1 = Add<TSimd, TVector, TBlock>(factor, 1, 1, ref w, x1, b1);
                    if (TBlock.Size > 2) c1 = Add<TSimd, TVector, TBlock>(factor, 1, 2, ref w, x1, c1);
                    if (TBlock.Size > 3) d1 = Add<TSimd, TVector, TBlock>(factor, 1, 3, ref w, x1, d1);

                    var x2 = TSimd.Load(at + (2 * stride));
                    if (TBlock.Size > 0) a2 = Add<TSimd, TVector, TBlock>(factor, 2, 0, ref w, x2, a2);
                    if (TBlock.Size > 1) b2 = Add<TSimd, TVector, TBlock>(factor, 2, 1, ref w, x2, b2);
                    if (TBlock.Size > 2) c2 = Add<TSimd, TVector, TBlock>(factor, 2, 2, ref w, x2, c2);
                    if (TBlock.Size > 3) d2 = Add<TSimd, TVector, TBlock>(factor, 2, 3, ref w, x2, d2);
                }

                if (TPoints.Outer)
                {
                    var x3 = TSimd.Load(at + (3 * stride));
                    if (TBlock.Size > 0) a3 = Add<TSimd, TVector, TBlock>(factor, 3, 0, ref w, x3, a3);
                    if (TBlock.Size > 1) b3 = Add<TSimd, TVector, TBlock>(factor, 3, 1, ref w, x3, b3);
                    if (TBlock.Size > 2) c3 = Add<TSimd, TVector, TBlock>(factor, 3, 2, ref w, x3, c3);
                    if (TBlock.Size > 3) d3 = Add<TSimd, TVector, TBlock>(factor, 3, 3, ref w, x3, d3);

                    var x4 = TSimd.Load(at + (4 * stride));
                    if (TBlock.Size > 0) a4 = Add<TSimd, TVector, TBlock>(factor, 4, 0, ref w, x4, a4);
                    if (TBlock.Size > 1) b4 = Add<TSimd, TVector, TBlock>(factor, 4, 1, ref w, x4, b4);
                    if (TBlock.Size > 2) c4 = Add<TSimd, TVector, TBlock>(factor, 4, 2, ref w, x4, c4);
                    if (TBlock.Size > 3) d4 = Add<TSimd, TVector, TBlock>(factor, 4, 3, ref w, x4, d4);

                    var x5 = TSimd.Load(at + (5 * stride));
                    if (TBlock.Size > 0) a5 = Add<TSimd, TVector, TBlock>(factor, 5, 0, ref w, x5, a5);
                    if (TBlock.Size > 1) b5 = Add<TSimd, TVector, TBlock>(factor, 5, 1, ref w, x5, b5);
                    if (TBlock.Size > 2) c5 = Add<TSimd, TVector, TBlock>(factor, 5, 2, ref w, x5, c5);
                    if (TBlock.Size > 3) d5 = Add<TSimd, TVector, TBlock>(factor, 5, 3, ref w, x5, d5);
                }
            }

            if (!TPoints.Outer)
            {
                if (TBlock.Size > 0) Keep<TSimd, TVector>(in call, 0, column, a0, a1, a2);
                if (TBlock.Size > 1) Keep<TSimd, TVector>(in call, 1, column, b0, b1, b2);
                if (TBlock.Size > 2) Keep<TSimd, TVector>(in call, 2, column, c0, c1, c2);
                if (TBlock.Size > 3) Keep<TSimd, TVector>(in call, 3, column, d0, d1, d2);
                continue;
            }

            if (!TPoints.Inner)
            {
                if (TBlock.Size > 0) (a0, a1, a2) = Kept<TSimd, TVector>(in call, 0, column);
                if (TBlock.Size > 1) (b0, b1, b2) = Kept<TSimd, TVector>(in call, 1, column);
                if (TBlock.Size > 2) (c0, c1, c2) = Kept<TSimd, TVector>(in call, 2, column);
                if (TBlock.Size > 3) (d0, d1, d2) = Kept<TSimd, TVector>(in call, 3, column);
            }

            // No call while sums live: it would make the compiler keep them in memory. So a last part is put aside whole first.
            var rest = call.Rows < WinogradPoints.Outputs || call.Columns - column < TSimd.Width ? aside : null;
            if (TBlock.Size > 0) Finish<TSimd, TVector>(in call, 0, column, rest, a0, a1, a2, a3, a4, a5);
            if (TBlock.Size > 1) Finish<TSimd, TVector>(in call, 1, column, rest, b0, b1, b2, b3, b4, b5);
            if (TBlock.Size > 2) Finish<TSimd, TVector>(in call, 2, column, rest, c0, c1, c2, c3, c4, c5);
            if (TBlock.Size > 3) Finish<TSimd, TVector>(in call, 3, column, rest, d0, d1, d2, d3, d4, d5);
            if (rest is not null) CopyRest(in call, TBlock.Size, rest, TSimd.Width, column);
        }
    }

    /// <summary>sum + the factor of a point and a channel * x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add<TSimd, TVector, TBlock>(float* factors, int point, int channel, ref TVector weight, TVector x, TVector sum)
        where TSimd : ISimd<TVector>
        where TVector : struct
        where TBlock : IConvBlock
    {
        weight = TSimd.LoadWeight(factors + (point * TBlock.Size), channel, TBlock.Size, weight);
        return TSimd.MultiplyAddWeight(weight, channel, TBlock.Size, x, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep<TSimd, TVector>(in WinogradCall call, int channel, int column, TVector s0, TVector s1, TVector s2)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var sums = call.Sums + (3 * channel * call.PointStride) + column;
        TSimd.Store(sums, s0);
        TSimd.Store(sums + call.PointStride, s1);
        TSimd.Store(sums + (2 * call.PointStride), s2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TVector S0, TVector S1, TVector S2) Kept<TSimd, TVector>(in WinogradCall call, int channel, int column)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var sums = call.Sums + (3 * channel * call.PointStride) + column;
        return (TSimd.Load(sums), TSimd.Load(sums + call.PointStride), TSimd.Load(sums + (2 * call.PointStride)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TSimd, TVector>(
        in WinogradCall call, int channel, int column, float* rest, TVector s0, TVector s1, TVector s2, TVector s3, TVector s4, TVector s5)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        const float A2 = WinogradPoints.A * WinogradPoints.A;
        const float B2 = WinogradPoints.B * WinogradPoints.B;
        var (even, odd) = (TSimd.Add(s1, s2), TSimd.Subtract(s1, s2));
        var (evenB, oddB) = (TSimd.Add(s3, s4), TSimd.Subtract(s3, s4));
        var (a, a2, a3) = (TSimd.Broadcast(WinogradPoints.A), TSimd.Broadcast(A2), TSimd.Broadcast(WinogradPoints.A * A2));
        var (b, b2, b3) = (TSimd.Broadcast(WinogradPoints.B), TSimd.Broadcast(B2), TSimd.Broadcast(WinogradPoints.B * B2));
        var y0 = TSimd.Add(s0, TSimd.Add(even, evenB));
        var y1 = TSimd.MultiplyAdd(a, odd, TSimd.Multiply(b, oddB));
        var y2 = TSimd.MultiplyAdd(a2, even, TSimd.Multiply(b2, evenB));
        var y3 = TSimd.MultiplyAdd(a3, odd, TSimd.MultiplyAdd(b3, oddB, s5));
        if (call.BorderStart is null)
        {
            var bias = TSimd.Broadcast(call.Bias[channel]);
            y0 = TSimd.Add(y0, bias);
            y1 = TSimd.Add(y1, bias);
            y2 = TSimd.Add(y2, bias);
            y3 = TSimd.Add(y3, bias);
        }
        else
        {
            var start = call.BorderStart + ((nint)channel * call.BorderStride) + column;
            y0 = TSimd.Add(y0, TSimd.Load(start + call.BorderRows[0]));
            y1 = TSimd.Add(y1, TSimd.Load(start + call.BorderRows[1]));
            y2 = TSimd.Add(y2, TSimd.Load(start + call.BorderRows[2]));
            y3 = TSimd.Add(y3, TSimd.Load(start + call.BorderRows[3]));
        }

        if (call.Slope != 1)
        {
            var slope = TSimd.Broadcast(call.Slope);
            y0 = VectorActivation.Apply<TSimd, TVector>(y0, slope);
            y1 = VectorActivation.Apply<TSimd, TVector>(y1, slope);
            y2 = VectorActivation.Apply<TSimd, TVector>(y2, slope);
            y3 = VectorActivation.Apply<TSimd, TVector>(y3, slope);
        }

        if (call.Addends is not null)
        {
            var addend = call.Memory + call.Addends[channel] + column;
            var own = TSimd.Broadcast(call.OwnFactor);
            var other = TSimd.Broadcast(call.AddendFactor);
            y0 = TSimd.MultiplyAdd(own, y0, TSimd.Multiply(other, TSimd.Load(addend)));
            if (call.Rows > 1) y1 = TSimd.MultiplyAdd(own, y1, TSimd.Multiply(other, TSimd.Load(addend + call.Pitch)));
            if (call.Rows > 2) y2 = TSimd.MultiplyAdd(own, y2, TSimd.Multiply(other, TSimd.Load(addend + (2 * call.Pitch))));
            if (call.Rows > 3) y3 = TSimd.MultiplyAdd(own, y3, TSimd.Multiply(other, TSimd.Load(addend + (3 * call.Pitch))));
        }

        var output = rest is null ? call.Memory + call.Outputs[channel] + column : rest + (channel * WinogradPoints.Outputs * TSimd.Width);
        nint pitch = rest is null ? call.Pitch : TSimd.Width;
        TSimd.Store(output, y0);
        TSimd.Store(output + pitch, y1);
        TSimd.Store(output + (2 * pitch), y2);
        TSimd.Store(output + (3 * pitch), y3);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopyRest(in WinogradCall call, int channels, float* rest, int width, int column)
    {
        var count = Math.Min(width, call.Columns - column);
        for (var c = 0; c < channels; c++)
        {
            var output = call.Memory + call.Outputs[c] + column;
            for (var row = 0; row < call.Rows; row++, output += call.Pitch)
                new ReadOnlySpan<float>(rest + (((c * WinogradPoints.Outputs) + row) * width), count).CopyTo(new Span<float>(output, count));
        }
    }

    /// <summary>The points whose sums are computed together; a type, so that the compiler drops the rest.</summary>
    private interface IPoints
    {
        /// <summary>Zero and the inner pair.</summary>
        static abstract bool Inner { get; }

        /// <summary>The outer pair and infinity.</summary>
        static abstract bool Outer { get; }
    }

    private readonly struct AllPoints : IPoints
    {
        public static bool Inner => true;

        public static bool Outer => true;
    }

    private readonly struct InnerPoints : IPoints
    {
        public static bool Inner => true;

        public static bool Outer => false;
    }

    private readonly struct OuterPoints : IPoints
    {
        public static bool Inner => false;

        public static bool Outer => true;
    }
}
