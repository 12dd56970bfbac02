using Secateur.Kernels.Quads;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Kernels;

/// <summary>Sums of products of bytes: every kind of instruction gives the integers that they are.</summary>
public unsafe class QuadConvTests
{
    private const int Lanes = 4;

    public static TheoryData<int> Levels => new(QuadLevels.All.Select(level => (int)level));

    [Theory]
    [MemberData(nameof(Levels))]
    public void Sums_are_exact_at_any_shape(int level)
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var most = random.Next(1, ModelQuantization.MostWeight + 1);
            Check((QuadLevel)level, random, random.Next(1, 90), random.Next(1, 130), () => (sbyte)random.Next(-most, most + 1), () => (byte)random.Next(256));
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Sums_of_the_largest_products_do_not_saturate(int level)
    {
        sbyte[] weights = [ModelQuantization.MostWeight, -ModelQuantization.MostWeight];
        foreach (var weight in weights) Check((QuadLevel)level, new Random(1), 144, 50, () => weight, () => byte.MaxValue);
    }

    [Fact]
    public void Runs_hold_all_taps_and_no_pair_of_channels_overflows_in_one()
    {
        var random = new Random(1);
        for (var round = 0; round < 50; round++)
        {
            var weights = new sbyte[random.Next(1, 80) * Lanes * Lanes];
            var most = random.Next(1, ModelQuantization.MostWeight + 1);
            for (var i = 0; i < weights.Length; i++) weights[i] = (sbyte)random.Next(-most, most + 1);
            var (order, ends) = QuadConv.Arrange(weights);
            Assert.Equal(Enumerable.Range(0, weights.Length / (Lanes * Lanes)), order.Order());
            Assert.Equal(order.Length, ends[^1]);
            var first = 0;
            foreach (var end in ends)
            {
                Assert.True(end > first);
                for (var pair = 0; pair < Lanes * Lanes / 2; pair++)
                {
                    var taps = order[first..end].SelectMany(t => new[] { weights[(t * 16) + (2 * pair)], weights[(t * 16) + (2 * pair) + 1] }).ToList();
                    Assert.InRange(255 * taps.Where(w => w > 0).Sum(w => w), 0, short.MaxValue);
                    Assert.InRange(255 * taps.Where(w => w < 0).Sum(w => w), short.MinValue, 0);
                }

                first = end;
            }
        }
    }

    [Fact]
    public void Weights_of_which_two_overflow_are_refused() =>
        Assert.Throws<ArgumentException>(() => QuadConv.Arrange([127, 127, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));

    private static void Check(QuadLevel level, Random random, int taps, int positions, Func<sbyte> weight, Func<byte> value)
    {
        const int Margin = 200;
        var planes = random.Next(1, 4);
        var stride = positions + Margin + random.Next(8);
        var weights = new sbyte[taps * Lanes * Lanes];
        for (var i = 0; i < weights.Length; i++) weights[i] = weight();
        var offsets = new int[taps];
        for (var i = 0; i < taps; i++) offsets[i] = (random.Next(planes) * stride) + random.Next(-20, 20);
        var start = random.Next(0, positions);
        var (order, ends) = QuadConv.Arrange(weights);
        weights = [.. order.SelectMany(tap => weights[(tap * Lanes * Lanes)..((tap + 1) * Lanes * Lanes)])];
        offsets = [.. order.Select(tap => offsets[tap])];
        var sumStride = QuadConv.RoundUp(positions - start);
        var sums = new int[Lanes * sumStride];
        var bytes = new byte[((planes * stride) + (2 * Margin)) * Lanes];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = value();
        fixed (byte* input = bytes)
        fixed (sbyte* packed = weights)
        fixed (int* distances = offsets, runs = ends, found = sums)
        {
            var call = new QuadConvCall
            {
                Input = (uint*)input + Margin,
                Offsets = distances,
                Taps = taps,
                Weights = packed,
                RunEnds = runs,
                Runs = ends.Length,
                Sums = found,
                SumStride = sumStride,
            };
            QuadConv.Run(level, in call, start, positions);
        }

        for (var filter = 0; filter < Lanes; filter++)
        {
            for (var p = start; p < positions; p++)
            {
                var expected = 0L;
                for (var tap = 0; tap < taps; tap++)
                {
                    for (var c = 0; c < Lanes; c++)
                        expected += weights[(((tap * Lanes) + filter) * Lanes) + c] * (long)bytes[((Margin + p + offsets[tap]) * Lanes) + c];
                }

                Assert.Equal(expected, sums[(filter * sumStride) + (p - start)]);
            }
        }
    }
}
