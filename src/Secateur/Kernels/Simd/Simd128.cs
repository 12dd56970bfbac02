using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Secateur.Kernels.Simd;

/// <summary>128-bit vectors.</summary>
internal readonly unsafe struct Simd128 : ISimd<Vector128<float>>
{
    public static int Width => Vector128<float>.Count;

    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    public static void Store(float* target, Vector128<float> value) => value.Store(target);

    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Fma.IsSupported ? Fma.MultiplyAdd(a, b, c)
        : AdvSimd.IsSupported ? AdvSimd.FusedMultiplyAdd(c, a, b)
        : Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadWeight(float* weights, int at, int count, Vector128<float> last) =>
        !TakesLanes(count) ? Broadcast(weights[at]) : at % Vector128<float>.Count == 0 ? Load(weights + FirstLane(at, count)) : last;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAddWeight(Vector128<float> weight, int at, int count, Vector128<float> x, Vector128<float> c)
    {
        if (!TakesLanes(count)) return MultiplyAdd(weight, x, c);
        return (at - FirstLane(at, count)) switch
        {
            0 => AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c, x, weight, 0),
            1 => AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c, x, weight, 1),
            2 => AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c, x, weight, 2),
            _ => AdvSimd.Arm64.FusedMultiplyAddBySelectedScalar(c, x, weight, 3),
        };
    }

    // NEON multiplies by a lane, so that four weights are one load, without being spread over the lanes of four vectors.
    private static bool TakesLanes(int count) => AdvSimd.Arm64.IsSupported && count >= Vector128<float>.Count;

    // The last vector of weights ends with the last of them.
    private static int FirstLane(int at, int count) => Math.Min(at / Vector128<float>.Count * Vector128<float>.Count, count - Vector128<float>.Count);

    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Max(a, b) : AdvSimd.IsSupported ? AdvSimd.Max(a, b) : Vector128.MaxNative(a, b);

    public static Vector128<float> Min(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Min(a, b) : AdvSimd.IsSupported ? AdvSimd.Min(a, b) : Vector128.MinNative(a, b);

    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    public static Vector128<float> WherePositive(Vector128<float> x, Vector128<float> yes, Vector128<float> no) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(x, Vector128<float>.Zero), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Even(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Shuffle(a, b, 0b10_00_10_00)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipEven(a, b)
        : Vector128.Create(a[0], a[2], b[0], b[2]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Odd(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Shuffle(a, b, 0b11_01_11_01)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.UnzipOdd(a, b)
        : Vector128.Create(a[1], a[3], b[1], b[3]);

    public static float Sum(Vector128<float> a) => Vector128.Sum(a);

    public static Vector128<float> LoadNext(float* source, Vector128<float> low, Vector128<float> high) => Load(source + 1);

    public static Vector128<float> LoadSecond(float* source, Vector128<float> low, Vector128<float> high) => Load(source + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Previous(Vector128<float> low, Vector128<float> high) =>
        Ssse3.IsSupported ? Ssse3.AlignRight(high.AsByte(), low.AsByte(), 12).AsSingle()
        : AdvSimd.IsSupported ? AdvSimd.ExtractVector128(low, high, 3)
        : Vector128.Create(low[3], high[0], high[1], high[2]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SecondPrevious(Vector128<float> low, Vector128<float> high) =>
        Ssse3.IsSupported ? Ssse3.AlignRight(high.AsByte(), low.AsByte(), 8).AsSingle()
        : AdvSimd.IsSupported ? AdvSimd.ExtractVector128(low, high, 2)
        : Vector128.Create(low[2], low[3], high[0], high[1]);

    public static Vector128<float> SumFour(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) =>
        AddPairs(AddPairs(a, b), AddPairs(c, d));

    // a0 + a1, a2 + a3, b0 + b1, b2 + b3.
    private static Vector128<float> AddPairs(Vector128<float> a, Vector128<float> b)
    {
        if (Sse3.IsSupported) return Sse3.HorizontalAdd(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.AddPairwise(a, b);
        return Vector128.Create(a[0] + a[1], a[2] + a[3], b[0] + b[1], b[2] + b[3]);
    }
}
