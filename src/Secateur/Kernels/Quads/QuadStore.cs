using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Secateur.Kernels.Quads;

/// <summary>Turns sums into bytes or floats, see <see cref="QuadStoreCall"/>.</summary>
internal static unsafe class QuadStore
{
    /// <summary>Positions of a vector; the rows of sums, and of what they start from at the borders, go on as far behind their end.</summary>
    public const int Step = 8;

    /// <summary>Writes the quads of positions [start, end).</summary>
    public static void Bytes(in QuadStoreCall call, uint* output, int start, int end)
    {
        if (call.BorderStarts is not null || (call.Slope != 0 && call.Slope != 1)) Any(in call, output, start, end);
        else if (call.Addends is null) Alone(in call, output, start, end);
        else if (call.HasWholeAddends) WithQuads(in call, output, start, end);
        else Any(in call, output, start, end);
    }

    /// <summary>Writes the values of one lane at positions [start, end).</summary>
    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    public static void Floats(in QuadStoreCall call, int lane, float* output, int start, int end)
    {
        var p = start;
        if (call.BorderStarts is null && call.Slope == 1 && call.Addends is null)
        {
            var sums = call.Sums + (lane * (nint)call.SumStride) - start;
            var (scale, from, shift) = (Vector256.Create(call.Scales[lane]), Vector256.Create(call.Starts[lane]), Vector256.Create(call.Shifts[lane]));
            for (; p + Step <= end; p += Step) (Vector256.FusedMultiplyAdd(Sum(sums + p), scale, from) + shift).Store(output + p);
        }

        for (; p + Step <= end; p += Step) Value(in call, lane, start, p).Store(output + p);
        if (p == end) return;
        var rest = stackalloc float[Step];
        Value(in call, lane, start, p).Store(rest);
        new ReadOnlySpan<float>(rest, end - p).CopyTo(new Span<float>(output + p, end - p));
    }

    /// <summary>Bytes of four lanes from their values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Pack(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        if (!Avx2.IsSupported)
            return Byte(a) | (Byte(b) << 8) | (Byte(c) << 16) | (Byte(d) << 24);

        // Behind the packing, each half of the vector has four bytes of a, then of b, c and d.
        var most = Vector256.Create((float)byte.MaxValue);
        var ab = Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(Avx.Min(a, most)), Avx.ConvertToVector256Int32(Avx.Min(b, most)));
        var cd = Avx2.PackSignedSaturate(Avx.ConvertToVector256Int32(Avx.Min(c, most)), Avx.ConvertToVector256Int32(Avx.Min(d, most)));
        var transpose = Vector256.Create(
            (byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        return Avx2.Shuffle(Avx2.PackUnsignedSaturate(ab, cd), transpose).AsUInt32();
    }

    private static Vector256<uint> Byte(Vector256<float> value) =>
        Vector256.ConvertToUInt32(Vector256.Round(Vector256.Clamp(value, Vector256<float>.Zero, Vector256.Create((float)byte.MaxValue))));

    /// <summary>Lanes to which nothing is added.</summary>
    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    private static void Alone(in QuadStoreCall call, uint* output, int start, int end)
    {
        // Bytes are cut off at zero; only where another byte stands for zero must the activation cut first.
        var cuts = call.Slope == 0;
        var stride = (nint)call.SumStride;
        var sums = call.Sums - start;
        var (scale0, scale1, scale2, scale3) = Four(call.Scales);
        var (start0, start1, start2, start3) = Four(call.Starts);
        var (shift0, shift1, shift2, shift3) = Four(call.Shifts);
        cuts &= shift0 + shift1 + shift2 + shift3 != Vector256<float>.Zero;
        for (var p = start; p < end; p += Step)
        {
            var a = Vector256.FusedMultiplyAdd(Sum(sums + p), scale0, start0);
            var b = Vector256.FusedMultiplyAdd(Sum(sums + stride + p), scale1, start1);
            var c = Vector256.FusedMultiplyAdd(Sum(sums + (2 * stride) + p), scale2, start2);
            var d = Vector256.FusedMultiplyAdd(Sum(sums + (3 * stride) + p), scale3, start3);
            if (cuts) (a, b, c, d) = (Max(a), Max(b), Max(c), Max(d));
            Store(Pack(a + shift0, b + shift1, c + shift2, d + shift3), output, p, end);
        }
    }

    /// <summary>Lanes to which the same lanes of other quads are added.</summary>
    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    private static void WithQuads(in QuadStoreCall call, uint* output, int start, int end)
    {
        var cuts = call.Slope == 0;
        var stride = (nint)call.SumStride;
        var sums = call.Sums - start;
        var others = (uint*)(call.Memory + call.Addends[0]);
        var factor = Vector256.Create(call.AddendFactor);
        var low = Vector256.Create((uint)byte.MaxValue);
        var (scale0, scale1, scale2, scale3) = Four(call.Scales);
        var (start0, start1, start2, start3) = Four(call.Starts);
        var (shift0, shift1, shift2, shift3) = Four(call.Shifts);
        for (var p = start; p < end; p += Step)
        {
            var a = Vector256.FusedMultiplyAdd(Sum(sums + p), scale0, start0);
            var b = Vector256.FusedMultiplyAdd(Sum(sums + stride + p), scale1, start1);
            var c = Vector256.FusedMultiplyAdd(Sum(sums + (2 * stride) + p), scale2, start2);
            var d = Vector256.FusedMultiplyAdd(Sum(sums + (3 * stride) + p), scale3, start3);
            if (cuts) (a, b, c, d) = (Max(a), Max(b), Max(c), Max(d));
            var quads = Vector256.Load(others + p);
            a += Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((quads & low).AsInt32()), factor, shift0);
            b += Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(((quads >>> 8) & low).AsInt32()), factor, shift1);
            c += Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(((quads >>> 16) & low).AsInt32()), factor, shift2);
            d += Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle((quads >>> 24).AsInt32()), factor, shift3);
            Store(Pack(a, b, c, d), output, p, end);
        }
    }

    /// <summary>Lanes of any kind.</summary>
    [SkipLocalsInit]
    [MethodImpl(KernelCode.Options)]
    private static void Any(in QuadStoreCall call, uint* output, int start, int end)
    {
        for (var p = start; p < end; p += Step) Store(Quad(in call, start, p), output, p, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<uint> quads, uint* output, int p, int end)
    {
        if (p + Step <= end) quads.Store(output + p);
        else for (var i = 0; p + i < end; i++) output[p + i] = quads[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Sum(int* sums) => Vector256.ConvertToSingle(Vector256.Load(sums));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> A, Vector256<float> B, Vector256<float> C, Vector256<float> D) Four(float* lanes) =>
        (Vector256.Create(lanes[0]), Vector256.Create(lanes[1]), Vector256.Create(lanes[2]), Vector256.Create(lanes[3]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Quad(in QuadStoreCall call, int start, int p) =>
        Pack(Value(in call, 0, start, p), Value(in call, 1, start, p), Value(in call, 2, start, p), Value(in call, 3, start, p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Value(in QuadStoreCall call, int lane, int start, int p)
    {
        var sum = Vector256.ConvertToSingle(Vector256.Load(call.Sums + (lane * (nint)call.SumStride) + (p - start)));
        var from = call.BorderStarts is null
            ? Vector256.Create(call.Starts[lane])
            : Vector256.Load(call.BorderStarts + (lane * (nint)call.BorderStride) + call.Border.Locate(p, Step));
        var value = Vector256.FusedMultiplyAdd(sum, Vector256.Create(call.Scales[lane]), from);
        if (call.Slope == 0) value = Max(value);
        else if (call.Slope != 1) value = Max(value) + (Vector256.Create(call.Slope) * -Max(-value));
        var shift = Vector256.Create(call.Shifts[lane]);
        if (call.Addends is null || call.Addends[lane] < 0) return value + shift;
        var quads = Vector256.Load((uint*)(call.Memory + call.Addends[lane]) + p) >>> call.AddendBits[lane];
        var addend = Vector256.ConvertToSingle((quads & Vector256.Create((uint)byte.MaxValue)).AsInt32());
        return value + Vector256.FusedMultiplyAdd(addend, Vector256.Create(call.AddendFactor), shift);
    }

    private static Vector256<float> Max(Vector256<float> value) =>
        Avx.IsSupported ? Avx.Max(value, Vector256<float>.Zero) : Vector256.Max(value, Vector256<float>.Zero);
}
