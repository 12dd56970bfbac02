using Secateur.Kernels.Quads;
using Xunit;

namespace Secateur.Tests.Kernels;

/// <summary>What becomes of sums, against the arithmetic in scalars, bit for bit.</summary>
public unsafe class QuadStoreTests
{
    private const int Lanes = QuadStoreCall.Lanes;

    [Fact]
    public void Bytes_and_floats_are_those_of_scalars()
    {
        for (var seed = 0; seed < 500; seed++) Check(new Random(seed), seed);
    }

    private static void Check(Random random, int seed)
    {
        var (start, count) = (random.Next(0, 20), random.Next(1, 60));
        var (end, stride) = (start + count, QuadConv.RoundUp(count));
        var sums = Of(Lanes * stride, () => random.Next(-200_000, 200_000));
        var scales = Of(Lanes, () => (float)Math.Pow(10, (random.NextDouble() * 3) - 5));
        var starts = Of(Lanes, () => (float)((random.NextDouble() * 300) - 100));
        var shifts = Of(Lanes, () => random.Next(3) == 0 ? 0f : random.Next(256));
        var slope = random.Next(3) switch { 0 => 0f, 1 => 1f, _ => (float)random.NextDouble() };
        var memory = Of(4 * 128, () => BitConverter.UInt32BitsToSingle((uint)random.Next()));
        var adds = random.Next(3);
        var addends = Of(Lanes, () => adds == 1 ? (nint)128 : random.Next(4) == 0 ? -1 : 128 * random.Next(4));
        var bits = adds == 1 ? [0, 8, 16, 24] : Of(Lanes, () => 8 * random.Next(4));
        var factor = (float)random.NextDouble();
        var quads = new uint[end + 8];
        var floats = new float[Lanes][];
        fixed (int* s = sums, b = bits)
        fixed (float* c = scales, f = starts, h = shifts, m = memory)
        fixed (nint* a = addends)
        {
            var call = new QuadStoreCall
            {
                Sums = s,
                SumStride = stride,
                Scales = c,
                Starts = f,
                Slope = slope,
                Memory = m,
                Addends = adds == 0 ? null : a,
                AddendBits = b,
                AddendFactor = factor,
                Shifts = h,
            };
            fixed (uint* q = quads) QuadStore.Bytes(in call, q, start, end);
            for (var lane = 0; lane < Lanes; lane++)
            {
                floats[lane] = new float[end + 8];
                fixed (float* o = floats[lane]) QuadStore.Floats(in call, lane, o, start, end);
            }
        }

        for (var p = 0; p < quads.Length; p++)
        {
            for (var lane = 0; lane < Lanes; lane++)
            {
                var isWritten = p >= start && p < end;
                var value = isWritten ? Value(lane, p) : 0;
                Assert.True(BitConverter.SingleToInt32Bits(value) == BitConverter.SingleToInt32Bits(floats[lane][p]), $"seed {seed}, lane {lane}, position {p}: {floats[lane][p]} for {value}");
                var @byte = (uint)Math.Clamp(MathF.Round(value), 0, 255);
                Assert.True(@byte == ((quads[p] >> (8 * lane)) & 255), $"seed {seed}, lane {lane}, position {p}: {(quads[p] >> (8 * lane)) & 255} for {value}");
            }
        }

        float Value(int lane, int p)
        {
            var value = MathF.FusedMultiplyAdd(sums[(lane * stride) + (p - start)], scales[lane], starts[lane]);
            value = value > 0 ? value : slope == 0 ? 0 : slope * value;
            if (adds == 0 || addends[lane] < 0) return value + shifts[lane];
            var quad = BitConverter.SingleToUInt32Bits(memory[addends[lane] + p]);
            return value + MathF.FusedMultiplyAdd((quad >> bits[lane]) & 255, factor, shifts[lane]);
        }
    }

    private static T[] Of<T>(int count, Func<T> rule) => [.. Enumerable.Range(0, count).Select(_ => rule())];
}
