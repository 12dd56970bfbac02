using System.Runtime.CompilerServices;
using Secateur.Kernels.Simd;

namespace Secateur.Kernels.Conv2d;

/// <summary>What <see cref="WinogradInput"/> transforms: one band of all input channels.</summary>
internal unsafe struct WinogradInputCall
{
    /// <summary>Memory that <see cref="Inputs"/> are distances into, from the first column that is read of each plane's row 0.</summary>
    public float* Memory;

    /// <summary>Position 0 of each input channel, [I].</summary>
    public nint* Inputs;

    /// <summary>I.</summary>
    public int Channels;

    /// <summary>The distance of each input row of the band from row 0, [<see cref="WinogradPoints.Inputs"/>].</summary>
    public int* Rows;

    /// <summary>The row of the first point of the first channel; a channel's points follow each other.</summary>
    public float* Values;

    /// <summary>Floats from a point's row to the next point's.</summary>
    public nint PointStride;

    /// <summary>Floats a row; up to a vector more may be read and written.</summary>
    public int Columns;
}

/// <summary>The first step of a Winograd convolution: input rows become rows of values at the points (see <see cref="WinogradPoints"/>).</summary>
internal static unsafe class WinogradInput
{
    /// <summary>Transforms one band.</summary>
    public static void Run(SimdLevel level, in WinogradInputCall call) => SimdDispatch.Run(level, new BandCall(in call));

    private readonly ref struct BandCall(ref readonly WinogradInputCall call) : ISimdCall
    {
        private readonly ref readonly WinogradInputCall _call = ref call;

        void ISimdCall.Run<TSimd, TVector>() => WinogradInput.Run<TSimd, TVector>(in _call);
    }

    [MethodImpl(KernelCode.Options)]
    private static void Run<TSimd, TVector>(in WinogradInputCall call)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        const float A2 = WinogradPoints.A * WinogradPoints.A;
        const float B2 = WinogradPoints.B * WinogradPoints.B;
        var (a, minusA, minusA2) = (TSimd.Broadcast(WinogradPoints.A), TSimd.Broadcast(-WinogradPoints.A), TSimd.Broadcast(-A2));
        var (b, minusB, minusB2) = (TSimd.Broadcast(WinogradPoints.B), TSimd.Broadcast(-WinogradPoints.B), TSimd.Broadcast(-B2));
        var (product, minusSum) = (TSimd.Broadcast(A2 * B2), TSimd.Broadcast(-A2 - B2));
        var (stride, columns) = (call.PointStride, call.Columns);
        var rows = call.Rows;
        nint row0 = rows[0], row1 = rows[1], row2 = rows[2], row3 = rows[3], row4 = rows[4], row5 = rows[5];
        for (var channel = 0; channel < call.Channels; channel++)
        {
            var x = call.Memory + call.Inputs[channel];
            var y = call.Values + (channel * WinogradPoints.Inputs * stride);
            for (var end = x + columns; x < end; x += TSimd.Width, y += TSimd.Width)
            {
                var d1 = TSimd.Load(x + row1);
                var d2 = TSimd.Load(x + row2);
                var d3 = TSimd.Load(x + row3);
                var d4 = TSimd.Load(x + row4);
                TSimd.Store(y, TSimd.MultiplyAdd(product, TSimd.Load(x + row0), TSimd.MultiplyAdd(minusSum, d2, d4)));
                var (even, odd) = (TSimd.MultiplyAdd(minusB2, d2, d4), TSimd.MultiplyAdd(minusB2, d1, d3));
                TSimd.Store(y + stride, TSimd.MultiplyAdd(a, odd, even));
                TSimd.Store(y + (2 * stride), TSimd.MultiplyAdd(minusA, odd, even));
                (even, odd) = (TSimd.MultiplyAdd(minusA2, d2, d4), TSimd.MultiplyAdd(minusA2, d1, d3));
                TSimd.Store(y + (3 * stride), TSimd.MultiplyAdd(b, odd, even));
                TSimd.Store(y + (4 * stride), TSimd.MultiplyAdd(minusB, odd, even));
                TSimd.Store(y + (5 * stride), TSimd.MultiplyAdd(product, d1, TSimd.MultiplyAdd(minusSum, d3, TSimd.Load(x + row5))));
            }
        }
    }
}
