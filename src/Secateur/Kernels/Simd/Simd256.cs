using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Secateur.Kernels.Simd;

/// <summary>256-bit vectors.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<float>>
{
    public static int Width => Vector256<float>.Count;

    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    public static void Store(float* target, Vector256<float> value) => value.Store(target);

    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Fma.IsSupported ? Fma.MultiplyAdd(a, b, c) : Vector256.MultiplyAddEstimate(a, b, c);

    public static Vector256<float> LoadWeight(float* weights, int at, int count, Vector256<float> last) => Broadcast(weights[at]);

    public static Vector256<float> MultiplyAddWeight(Vector256<float> weight, int at, int count, Vector256<float> x, Vector256<float> c) => MultiplyAdd(weight, x, c);

    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) =>
        Avx.IsSupported ? Avx.Max(a, b) : Vector256.MaxNative(a, b);

    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) =>
        Avx.IsSupported ? Avx.Min(a, b) : Vector256.MinNative(a, b);

    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    public static Vector256<float> WherePositive(Vector256<float> x, Vector256<float> yes, Vector256<float> no) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(x, Vector256<float>.Zero), yes, no);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Even(Vector256<float> a, Vector256<float> b) =>
        Avx2.IsSupported ? InOrder(Avx.Shuffle(a, b, 0x88))
        : Vector256.Create(Simd128.Even(a.GetLower(), a.GetUpper()), Simd128.Even(b.GetLower(), b.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Odd(Vector256<float> a, Vector256<float> b) =>
        Avx2.IsSupported ? InOrder(Avx.Shuffle(a, b, 0xdd))
        : Vector256.Create(Simd128.Odd(a.GetLower(), a.GetUpper()), Simd128.Odd(b.GetLower(), b.GetUpper()));

    // A shuffle takes turns with pairs of its operands: a, b, a, b.
    private static Vector256<float> InOrder(Vector256<float> pairs) => Avx2.Permute4x64(pairs.AsDouble(), 0xd8).AsSingle();

    public static float Sum(Vector256<float> a) => Vector256.Sum(a);

    public static Vector256<float> LoadNext(float* source, Vector256<float> low, Vector256<float> high) => Load(source + 1);

    public static Vector256<float> LoadSecond(float* source, Vector256<float> low, Vector256<float> high) => Load(source + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Previous(Vector256<float> low, Vector256<float> high) =>
        Avx2.IsSupported ? Avx2.AlignRight(high.AsByte(), Across(low, high).AsByte(), 12).AsSingle()
        : Vector256.Create(Simd128.Previous(low.GetUpper(), high.GetLower()), Simd128.Previous(high.GetLower(), high.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SecondPrevious(Vector256<float> low, Vector256<float> high) =>
        Avx2.IsSupported ? Avx2.AlignRight(high.AsByte(), Across(low, high).AsByte(), 8).AsSingle()
        : Vector256.Create(Simd128.SecondPrevious(low.GetUpper(), high.GetLower()), Simd128.SecondPrevious(high.GetLower(), high.GetUpper()));

    // The upper half of low, the lower half of high.
    private static Vector256<float> Across(Vector256<float> low, Vector256<float> high) => Avx.Permute2x128(low, high, 0x21);

    public static Vector128<float> SumFour(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d) =>
        Simd128.SumFour(Fold(a), Fold(b), Fold(c), Fold(d));

    private static Vector128<float> Fold(Vector256<float> a) => a.GetLower() + a.GetUpper();
}
