using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Secateur.Kernels.Simd;

/// <summary>512-bit vectors.</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    public static int Width => Vector512<float>.Count;

    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    public static void Store(float* target, Vector512<float> value) => value.Store(target);

    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Avx512F.IsSupported ? Avx512F.FusedMultiplyAdd(a, b, c) : Vector512.MultiplyAddEstimate(a, b, c);

    public static Vector512<float> LoadWeight(float* weights, int at, int count, Vector512<float> last) => Broadcast(weights[at]);

    public static Vector512<float> MultiplyAddWeight(Vector512<float> weight, int at, int count, Vector512<float> x, Vector512<float> c) => MultiplyAdd(weight, x, c);

    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) =>
        Avx512F.IsSupported ? Avx512F.Max(a, b) : Vector512.MaxNative(a, b);

    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) =>
        Avx512F.IsSupported ? Avx512F.Min(a, b) : Vector512.MinNative(a, b);

    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    public static Vector512<float> WherePositive(Vector512<float> x, Vector512<float> yes, Vector512<float> no) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512<float>.Zero), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Even(Vector512<float> a, Vector512<float> b) =>
        Avx512F.IsSupported ? Avx512F.PermuteVar16x32x2(a, Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b)
        : Vector512.Create(Simd256.Even(a.GetLower(), a.GetUpper()), Simd256.Even(b.GetLower(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Odd(Vector512<float> a, Vector512<float> b) =>
        Avx512F.IsSupported ? Avx512F.PermuteVar16x32x2(a, Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31), b)
        : Vector512.Create(Simd256.Odd(a.GetLower(), a.GetUpper()), Simd256.Odd(b.GetLower(), b.GetUpper()));

    public static float Sum(Vector512<float> a) => Vector512.Sum(a);

    // Loads that cross a cache line cost two; every unaligned one of 64 bytes does.
    public static Vector512<float> LoadNext(float* source, Vector512<float> low, Vector512<float> high) =>
        Avx512F.IsSupported ? Avx512F.AlignRight32(high.AsInt32(), low.AsInt32(), 1).AsSingle() : Load(source + 1);

    public static Vector512<float> LoadSecond(float* source, Vector512<float> low, Vector512<float> high) =>
        Avx512F.IsSupported ? Avx512F.AlignRight32(high.AsInt32(), low.AsInt32(), 2).AsSingle() : Load(source + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Previous(Vector512<float> low, Vector512<float> high) =>
        Avx512F.IsSupported ? Avx512F.AlignRight32(high.AsInt32(), low.AsInt32(), 15).AsSingle()
        : Vector512.Create(Simd256.Previous(low.GetUpper(), high.GetLower()), Simd256.Previous(high.GetLower(), high.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SecondPrevious(Vector512<float> low, Vector512<float> high) =>
        Avx512F.IsSupported ? Avx512F.AlignRight32(high.AsInt32(), low.AsInt32(), 14).AsSingle()
        : Vector512.Create(Simd256.SecondPrevious(low.GetUpper(), high.GetLower()), Simd256.SecondPrevious(high.GetLower(), high.GetUpper()));

    public static Vector128<float> SumFour(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d) =>
        Simd256.SumFour(Fold(a), Fold(b), Fold(c), Fold(d));

    private static Vector256<float> Fold(Vector512<float> a) => a.GetLower() + a.GetUpper();
}
