using System.Runtime.CompilerServices;
using Secateur.Kernels.Simd;

namespace Secateur.Training.Kernels;

/// <summary>What <see cref="DepthwiseRows"/> computes: Output[y, x] = Bias + sum over i, j &lt; 3 of Weights[3 i + j] * Input[y + i, x + j].</summary>
internal unsafe struct DepthwiseRowsCall
{
    /// <summary>What the first weight of the first output reads.</summary>
    public float* Input;

    /// <summary>Floats from one row of <see cref="Input"/> to the next.</summary>
    public int InputPitch;

    /// <summary>[3, 3].</summary>
    public float* Weights;

    public float Bias;

    /// <summary>The first output; nothing else is written.</summary>
    public float* Output;

    /// <summary>Floats from one row of <see cref="Output"/> to the next.</summary>
    public int OutputPitch;

    public int Rows;

    public int Columns;

    /// <summary>
    /// What will be read next, elsewhere: as many floats as there are outputs are fetched from here on, while the sums keep the arithmetic busy.
    /// Need not be readable.
    /// </summary>
    public float* Ahead;
}

/// <summary>A 3x3 convolution of one channel with stride 1: four rows at a time, which share what they read.</summary>
internal static unsafe class DepthwiseRows
{
    /// <summary>Rows that share what they read; fewer are computed one value at a time.</summary>
    public const int RowsAtOnce = 4;

    public static void Run(SimdLevel level, in DepthwiseRowsCall call) => SimdDispatch.Run(level, new RowsCall(in call));

    private readonly ref struct RowsCall(ref readonly DepthwiseRowsCall call) : ISimdCall
    {
        private readonly ref readonly DepthwiseRowsCall _call = ref call;

        void ISimdCall.Run<TSimd, TVector>()
        {
            if (_call.Rows < RowsAtOnce || _call.Columns < TSimd.Width) RunSmall(in _call);
            else RunVectors<TSimd, TVector>(in _call);
        }
    }

    /// <summary>The last rows, and the last vector of a row, overlap those before: they are computed twice, to the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunVectors<TSimd, TVector>(in DepthwiseRowsCall call)
        where TSimd : ISimd<TVector>
        where TVector : struct
    {
        var weights = call.Weights;
        var (w0, w1, w2) = (TSimd.Broadcast(weights[0]), TSimd.Broadcast(weights[1]), TSimd.Broadcast(weights[2]));
        var (w3, w4, w5) = (TSimd.Broadcast(weights[3]), TSimd.Broadcast(weights[4]), TSimd.Broadcast(weights[5]));
        var (w6, w7, w8) = (TSimd.Broadcast(weights[6]), TSimd.Broadcast(weights[7]), TSimd.Broadcast(weights[8]));
        var (bias, inputPitch, outputPitch) = (TSimd.Broadcast(call.Bias), (nint)call.InputPitch, (nint)call.OutputPitch);
        var ahead = call.Ahead;
        for (var row = 0; row < call.Rows; row += RowsAtOnce)
        {
            var y = Math.Min(row, call.Rows - RowsAtOnce);
            for (var column = 0; column < call.Columns; column += TSimd.Width)
            {
                var at = Math.Min(column, call.Columns - TSimd.Width);
                FarLines.Fetch<TSimd, TVector>(ahead);
                ahead += RowsAtOnce * TSimd.Width;
                var x = call.Input + (y * inputPitch) + at;
                TVector a, b, c, d;
                a = b = c = d = bias;
                Load<TSimd, TVector>(x, out var x0, out var x1, out var x2);
                a = Add<TSimd, TVector>(w0, w1, w2, x0, x1, x2, a);
                Load<TSimd, TVector>(x + inputPitch, out x0, out x1, out x2);
                a = Add<TSimd, TVector>(w3, w4, w5, x0, x1, x2, a);
                b = Add<TSimd, TVector>(w0, w1, w2, x0, x1, x2, b);
                Load<TSimd, TVector>(x + (2 * inputPitch), out x0, out x1, out x2);
                a = Add<TSimd, TVector>(w6, w7, w8, x0, x1, x2, a);
                b = Add<TSimd, TVector>(w3, w4, w5, x0, x1, x2, b);
                c = Add<TSimd, TVector>(w0, w1, w2, x0, x1, x2, c);
                Load<TSimd, TVector>(x + (3 * inputPitch), out x0, out x1, out x2);
                b = Add<TSimd, TVector>(w6, w7, w8, x0, x1, x2, b);
                c = Add<TSimd, TVector>(w3, w4, w5, x0, x1, x2, c);
                d = Add<TSimd, TVector>(w0, w1, w2, x0, x1, x2, d);
                Load<TSimd, TVector>(x + (4 * inputPitch), out x0, out x1, out x2);
                c = Add<TSimd, TVector>(w6, w7, w8, x0, x1, x2, c);
                d = Add<TSimd, TVector>(w3, w4, w5, x0, x1, x2, d);
                Load<TSimd, TVector>(x + (5 * inputPitch), out x0, out x1, out x2);
                d = Add<TSimd, TVector>(w6, w7, w8, x0, x1, x2, d);

                var output = call.Output + (y * outputPitch) + at;
                TSimd.Store(output, a);
                TSimd.Store(output + outputPitch, b);
                TSimd.Store(output + (2 * outputPitch), c);
                TSimd.Store(output + (3 * outputPitch), d);
            }
        }
    }

    /// <summary>Maps of few rows or columns, one output at a time.</summary>
    private static void RunSmall(in DepthwiseRowsCall call)
    {
        for (var y = 0; y < call.Rows; y++)
        {
            for (var column = 0; column < call.Columns; column++)
            {
                var x = call.Input + ((nint)y * call.InputPitch) + column;
                var sum = call.Bias;
                for (var i = 0; i < 3; i++, x += call.InputPitch) sum += (call.Weights[3 * i] * x[0]) + (call.Weights[(3 * i) + 1] * x[1]) + (call.Weights[(3 * i) + 2] * x[2]);
                call.Output[((nint)y * call.OutputPitch) + column] = sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<TSimd, TVector>(float* x, out TVector x0, out TVector x1, out TVector x2)
        where TSimd : ISimd<TVector>
        where TVector : struct => (x0, x1, x2) = (TSimd.Load(x), TSimd.Load(x + 1), TSimd.Load(x + 2));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add<TSimd, TVector>(TVector w0, TVector w1, TVector w2, TVector x0, TVector x1, TVector x2, TVector sum)
        where TSimd : ISimd<TVector>
        where TVector : struct => TSimd.MultiplyAdd(w2, x2, TSimd.MultiplyAdd(w1, x1, TSimd.MultiplyAdd(w0, x0, sum)));
}
