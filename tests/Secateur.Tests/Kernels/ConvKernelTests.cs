using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Kernels;

/// <summary>The convolution kernels alone, against the sums in their descriptions: every block size, vector width, epilogue and length.</summary>
public unsafe class ConvKernelTests
{
    private const int Taps = 7;
    private const int Plane = 512;
    private const float Untouched = -12345;

    private static readonly int[] Lengths = [1, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130];

    public static TheoryData<SimdLevel, int> Blocks
    {
        get
        {
            var data = new TheoryData<SimdLevel, int>();
            foreach (var level in TestedWidths.All)
            {
                for (var block = 1; block <= DenseConv.MaxBlock; block++) data.Add(level, block);
            }

            return data;
        }
    }

    public static TheoryData<SimdLevel> Levels => [.. TestedWidths.All];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_computes_its_sum_and_nothing_beside(SimdLevel level, int block)
    {
        foreach (var length in Lengths)
        {
            foreach (var slope in new[] { 1f, 0f, 0.25f, -0.5f })
            {
                foreach (var start in new[] { 0, 64 }) CheckDense(new Setup(block, length, slope), level, start);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void A_depthwise_channel_computes_its_sum_and_nothing_beside(SimdLevel level)
    {
        foreach (var length in Lengths)
        {
            foreach (var slope in new[] { 1f, 0f, 0.25f })
            {
                var s = new Setup(1, length, slope);
                var actual = Filled(Plane);
                fixed (float* input = s.Input, weights = s.Weights, output = actual)
                fixed (int* offsets = s.Offsets)
                {
                    var call = new DepthwiseConvCall
                    {
                        Input = input,
                        Offsets = offsets,
                        Weights = weights,
                        Taps = Taps,
                        Bias = s.Bias[0],
                        Slope = slope,
                        Output = output,
                    };
                    DepthwiseConv.Run(level, in call, 0, length);
                }

                for (var p = 0; p < length; p++) AssertClose(s.Activated(0, p, s.Bias[0]), actual[p], s, level, p);
                Assert.True(actual.AsSpan(length).IndexOfAnyExcept(Untouched) < 0);
            }
        }
    }

    [Fact]
    public void A_block_has_one_to_eight_channels()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => DenseConv.Run(SimdLevel.Vector128, 0, default, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DenseConv.Run(SimdLevel.Vector512, 9, default, 0, 1));
    }

    /// <summary>Rows of a tile and blocks of channels in one call, while something else is fetched: as one call for each.</summary>
    [Theory]
    [MemberData(nameof(Levels))]
    public void Runs_and_blocks_in_one_call_are_as_many_calls(SimdLevel level)
    {
        const int blocks = 3, runs = 4, length = 33, pitch = 40, inputPitch = 52;
        foreach (var block in new[] { 1, 5, 6 })
        {
            var s = new Setup(block * blocks, length, 0.25f);
            var (together, apart) = (Filled(s.Block * Plane), Filled(s.Block * Plane));
            var outputs = Enumerable.Range(0, s.Block).Select(b => (nint)(b * Plane)).ToArray();
            fixed (float* input = s.Input, weights = s.Weights, bias = s.Bias, addend = s.Addend, t = together, a = apart)
            fixed (int* offsets = s.Offsets)
            fixed (nint* o = outputs)
            {
                var call = new DenseConvCall { Offsets = offsets, Taps = Taps, Weights = weights, Bias = bias, Outputs = o, Slope = s.Slope };
                for (var b = 0; b < blocks; b++)
                {
                    for (var run = 0; run < runs; run++)
                    {
                        call.First = b * block;
                        call.Input = input + (run * (inputPitch - pitch));
                        call.Memory = a;
                        DenseConv.Run(level, block, in call, run * pitch, (run * pitch) + length);
                    }
                }

                call.First = 0;
                call.Input = input;
                call.Memory = t;
                call.MoreBlocks = blocks - 1;
                call.MoreRuns = new MoreRuns(runs - 1, pitch, inputPitch);
                call.Ahead = new FetchAhead { Start = addend, Offsets = offsets, RunStep = 3, BlockStep = 16 };
                DenseConv.Run(level, block, in call, 0, length);
            }

            Assert.Equal(apart, together);
            Assert.Equal(s.Block * runs * length, together.Count(x => x != Untouched));
        }
    }

    /// <summary>Two rows of up to a vector at a time: as one row after another.</summary>
    [Theory]
    [MemberData(nameof(Levels))]
    public void Runs_in_pairs_are_as_single_ones(SimdLevel level)
    {
        const int runs = 4, pitch = 40, inputPitch = 52;
        foreach (var length in new[] { 1, 3, (int)level / 32 })
        {
            foreach (var withBorder in new[] { false, true })
            {
                var s = new Setup(5, length, 0.25f);
                float[][] memory = [Filled(2 * s.Block * Plane), Filled(2 * s.Block * Plane)];
                var outputs = Enumerable.Range(0, s.Block).Select(b => (nint)(b * Plane)).ToArray();
                var addends = Enumerable.Range(0, s.Block).Select(b => (nint)((s.Block + b) * Plane)).ToArray();
                foreach (var inPairs in new[] { false, true })
                {
                    s.Addend.CopyTo(memory[inPairs ? 1 : 0], s.Block * Plane);
                    fixed (float* input = s.Input, weights = s.Weights, bias = s.Bias, border = s.Border, m = memory[inPairs ? 1 : 0])
                    fixed (int* offsets = s.Offsets)
                    fixed (nint* o = outputs, a = addends)
                    {
                        var call = new DenseConvCall
                        {
                            Input = input,
                            Offsets = offsets,
                            Taps = Taps,
                            Weights = weights,
                            Bias = bias,
                            BorderStart = withBorder ? border : null,
                            BorderStride = Plane,
                            Border = new BorderRows(pitch, 9, 4, 1, 1),
                            Memory = m,
                            Outputs = o,
                            Addends = a,
                            MoreRuns = new MoreRuns(runs - 1, pitch, inputPitch, inPairs),
                            Slope = s.Slope,
                            OwnFactor = 1,
                            AddendFactor = 1,
                        };
                        DenseConv.Run(level, s.Block, in call, 0, length);
                    }
                }

                Assert.Equal(memory[0], memory[1]);
                Assert.Equal(s.Block * runs * length, memory[0].Take(s.Block * Plane).Count(x => x != Untouched));
            }
        }
    }

    private static void CheckDense(Setup s, SimdLevel level, int start)
    {
        foreach (var (withBorder, withAddend, own, other) in new[]
        {
            (false, false, 1f, 1f), (true, false, 1f, 1f), (false, true, 0.75f, -1.5f), (true, true, 0.75f, -1.5f), (false, true, 1f, 1f),
        })
        {
            // Outputs stand in reverse order, addends in order, in one memory.
            var memory = Filled(2 * s.Block * Plane);
            var outputs = Enumerable.Range(0, s.Block).Select(b => (nint)((s.Block - 1 - b) * Plane)).ToArray();
            var addends = Enumerable.Range(0, s.Block).Select(b => (nint)((s.Block + b) * Plane)).ToArray();
            s.Addend.CopyTo(memory, s.Block * Plane);
            fixed (float* input = s.Input, weights = s.Weights, bias = s.Bias, border = s.Border, m = memory)
            fixed (int* offsets = s.Offsets)
            fixed (nint* o = outputs, a = addends)
            {
                var call = new DenseConvCall
                {
                    Input = input,
                    Offsets = offsets,
                    Taps = Taps,
                    Weights = weights,
                    Bias = bias,
                    BorderStart = withBorder ? border : null,
                    BorderStride = Plane,
                    Border = new BorderRows(Plane, 1, 1, 0, 0),
                    Memory = m,
                    Outputs = o,
                    Addends = withAddend ? a : null,
                    Slope = s.Slope,
                    OwnFactor = own,
                    AddendFactor = other,
                };
                DenseConv.Run(level, s.Block, in call, start, start + s.Length);
            }

            for (var b = 0; b < s.Block; b++)
            {
                var output = memory.AsSpan((int)outputs[b], Plane);
                Assert.True(output[..start].IndexOfAnyExcept(Untouched) < 0 && output[(start + s.Length)..].IndexOfAnyExcept(Untouched) < 0);
                for (var p = start; p < start + s.Length; p++)
                {
                    var at = (b * Plane) + p;
                    var expected = s.Activated(b, p, withBorder ? s.Border[at] : s.Bias[b]);
                    if (withAddend) expected = (own * expected) + (other * s.Addend[at]);
                    AssertClose(expected, output[p], s, level, p);
                }
            }
        }
    }

    private static float[] Filled(int count)
    {
        var values = new float[count];
        Array.Fill(values, Untouched);
        return values;
    }

    private static void AssertClose(double expected, float actual, Setup s, SimdLevel level, int position)
    {
        if (Math.Abs(expected - actual) > 1e-5 * Math.Max(1, Math.Abs(expected)))
            Assert.Fail($"{level}, block of {s.Block}, slope {s.Slope}, length {s.Length}, position {position}: {actual} instead of {expected}");
    }

    private sealed class Setup
    {
        public Setup(int block, int length, float slope)
        {
            (Block, Length, Slope) = (block, length, slope);
            var random = new Random((block * 1000) + length);
            Input = Draw(2 * Plane, random);
            Weights = Draw(Taps * block, random);
            Bias = Draw(block, random);
            Border = Draw(block * Plane, random);
            Addend = Draw(block * Plane, random);
            Offsets = [.. Enumerable.Range(0, Taps).Select(_ => random.Next(Plane - 64))];
        }

        public int Block { get; }

        public int Length { get; }

        public float Slope { get; }

        public float[] Input { get; }

        public float[] Weights { get; }

        public float[] Bias { get; }

        public float[] Border { get; }

        public float[] Addend { get; }

        public int[] Offsets { get; }

        public double Activated(int channel, int p, double start)
        {
            var sum = start;
            for (var k = 0; k < Taps; k++) sum += (double)Weights[(k * Block) + channel] * Input[Offsets[k] + p];
            return sum > 0 ? sum : Slope * sum;
        }

        private static float[] Draw(int count, Random random) => [.. Enumerable.Range(0, count).Select(_ => RandomWeights.Normal(random))];
    }
}
