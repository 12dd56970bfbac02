using Secateur.Kernels.Simd;
using Secateur.TestSupport;
using Secateur.Training.Kernels;
using Xunit;

namespace Secateur.Training.Tests.Kernels;

/// <summary>The engine's kernels at every vector width and at sizes around it, against plain loops in double precision.</summary>
public unsafe class KernelTests
{
    private const double Tolerance = 1e-5;

    // Kernels may write a vector behind the last element, and no further.
    private const int Slack = 16;
    private const float Untouched = 77;

    public static TheoryData<SimdLevel, int> Sizes()
    {
        var sizes = new TheoryData<SimdLevel, int>();
        foreach (var level in TestedWidths.All)
        {
            foreach (var size in new[] { 1, 3, 4, 7, 16, 17, 33, 64, 8195 }) sizes.Add(level, size);
        }

        return sizes;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Apply_scales_shifts_and_bends(SimdLevel level, int count)
    {
        var x = Draw(count, 1);
        foreach (var view in Views())
        {
            var y = Run(count, target => Fixed(x, source => Pointwise.Apply(level, source, target, PlaneRows.Line(count), view)));
            for (var i = 0; i < count; i++) Near(Bend(Z(x[i], view), view.Slope), y[i]);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Gradients_go_through_view_and_norm(SimdLevel level, int count)
    {
        var (x, g) = (Draw(count, 1), Draw(count, 2));
        foreach (var view in Views())
        {
            foreach (var by in new[] { new GradientCoefficients(view, 0, 0), new GradientCoefficients(view, 0.3f, -0.2f) })
            {
                var once = Run(count, target => Both(x, g, (px, pg) => Pointwise.Gradient(level, pg, px, target, PlaneRows.Line(count), by, accumulate: false)));
                var twice = Run(count, target => Both(x, g, (px, pg) =>
                {
                    Pointwise.Gradient(level, pg, px, target, PlaneRows.Line(count), by, accumulate: false);
                    Pointwise.Gradient(level, pg, px, target, PlaneRows.Line(count), by, accumulate: true);
                }));
                for (var i = 0; i < count; i++)
                {
                    var expected = (view.Scale * (Z(x[i], view) > 0 ? 1 : view.Slope) * (double)g[i]) + (by.A * (x[i] - (double)view.Mean)) + by.B;
                    Near(expected, once[i]);
                    Near(2 * expected, twice[i]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Sums_are_those_of_exactly_the_elements(SimdLevel level, int count)
    {
        var (x, g) = (Draw(count + Slack, 1), Draw(count + Slack, 2));
        var (values, gradients) = (x.Take(count).Select(v => (double)v).ToArray(), g.Take(count).Select(v => (double)v).ToArray());
        Fixed(x, source =>
        {
            Near(values.Sum(), Reductions.Sum(level, source, count), count);
            var moments = Reductions.Moments(level, source, count);
            Assert.Equal(count, moments.Count);
            Near(values.Average(), moments.Mean);
            Near(values.Sum(v => Math.Pow(v - values.Average(), 2)), moments.SquaredDeviations, count);
        });
        Both(x, g, (px, pg) => Near(values.Zip(gradients, (a, b) => a * b).Sum(), Reductions.Dot(level, px, pg, count), count));
        foreach (var view in Views())
        {
            var sums = default(GradientSums);
            Both(x, g, (px, pg) => sums = Reductions.GradientSums(level, pg, px, count, view));
            var active = values.Zip(gradients, (v, b) => Z((float)v, view) > 0 ? b : view.Slope * b).ToArray();
            Near(active.Sum(), sums.Gradient, count);
            Near(active.Zip(values, (a, v) => a * (v - view.Mean)).Sum(), sums.GradientByDeviation, count);
            Near(values.Zip(gradients, (v, b) => b * Math.Min(Z((float)v, view), 0)).Sum(), sums.Slope, count);
        }
    }

    [Fact]
    public void Moments_of_large_values_with_small_deviations_keep_their_precision()
    {
        var x = Draw(10_000, 1).Select(v => 5000 + v).ToArray();
        var mean = x.Average(v => (double)v);
        Fixed(x, source => Assert.Equal(1, Reductions.Moments(SimdLevel.Vector256, source, x.Length).SquaredDeviations / x.Sum(v => Math.Pow(v - mean, 2)), 1e-5));
    }

    [Theory]
    [InlineData(SimdLevel.Vector512)]
    [InlineData(SimdLevel.Vector256)]
    [InlineData(SimdLevel.Vector128)]
    public void Moments_do_not_depend_on_how_typical_the_first_values_are(SimdLevel level)
    {
        var x = Draw(10_000, 1).Select((v, i) => i < 300 ? -1000 : v).ToArray();
        var mean = x.Average(v => (double)v);
        Fixed(x, source => Assert.Equal(1, Reductions.Moments(level, source, x.Length).SquaredDeviations / x.Sum(v => Math.Pow(v - mean, 2)), 1e-6));
    }

    [Theory]
    [InlineData(SimdLevel.Vector512)]
    [InlineData(SimdLevel.Vector256)]
    [InlineData(SimdLevel.Vector128)]
    public void Sums_keep_what_float32_would_lose(SimdLevel level)
    {
        // Large values that cancel, half the sum apart: on the way there a float32 has a step of one.
        var small = Draw(200_000, 1).Select(v => v / 1000).ToArray();
        var x = small.Select((v, i) => v + (i < small.Length / 2 ? 100 : -100)).ToArray();
        Fixed(x, source => Assert.Equal(x.Sum(v => (double)v), Reductions.Sum(level, source, x.Length), 0.1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(1000)]
    public void A_copy_past_the_caches_is_exact_wherever_it_starts(int count)
    {
        for (var shift = 0; shift < 17; shift++)
        {
            var (source, target) = (Draw(count, 1), new float[count + shift + Slack]);
            Array.Fill(target, Untouched);
            Both(source, target, (from, to) => StreamCopy.Run(from, to + shift, count));
            Assert.All(target[..shift], v => Assert.Equal(Untouched, v));
            Assert.Equal(source[..count], target[shift..(shift + count)]);
            Assert.All(target[(shift + count)..], v => Assert.Equal(Untouched, v));
        }
    }

    [Theory]
    [InlineData(SimdLevel.Vector512)]
    [InlineData(SimdLevel.Vector256)]
    [InlineData(SimdLevel.Vector128)]
    public void Weight_gradients_take_four_channels_with_32_registers_and_two_with_16(SimdLevel level) =>
        Assert.Equal(level.Registers() == 32 ? 4 : 2, WeightGradient.BlockFor(level));

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Weight_gradients_of_any_number_of_channels_and_taps(SimdLevel level, int positions)
    {
        foreach (var (outputs, taps) in new[] { (1, 1), (2, 9), (3, 5), (5, 4), (7, 11), (1, 9) })
        {
            var stride = positions + 32;
            var gradient = Draw(outputs * stride, 1);
            for (var o = 0; o < outputs; o++) gradient.AsSpan((o * stride) + positions, 32).Clear();
            var input = Draw(positions + taps + 32, 2);
            var offsets = Enumerable.Range(0, taps).Select(k => k * 3 % taps).ToArray();
            var result = new float[outputs * taps];
            Array.Fill(result, 1);
            fixed (float* pg = gradient, px = input, pr = result)
            fixed (int* po = offsets)
            {
                var call = new WeightGradientCall { Gradient = pg, GradientStride = stride, Input = px, Offsets = po, Taps = taps, Positions = positions, Result = pr };
                var ahead = default(ReadAhead);
                WeightGradient.Run(level, in call, outputs, ref ahead);
            }

            for (var o = 0; o < outputs; o++)
            {
                for (var k = 0; k < taps; k++)
                {
                    var expected = 1 + Enumerable.Range(0, positions).Sum(p => (double)gradient[(o * stride) + p] * input[offsets[k] + p]);
                    Near(expected, result[(o * taps) + k], positions);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Rows_come_with_zeros_behind(SimdLevel level, int columns)
    {
        const int Rows = 3;
        var (x, g) = (Draw(Rows * columns, 1), Draw(Rows * columns, 2));
        foreach (var view in Views())
        {
            var by = new GradientCoefficients(view, 0, 0);
            foreach (var gap in new[] { 0, 1, 19 })
            {
                var rows = new PlaneRows(Rows, columns, columns, columns + gap);
                var values = Run(Rows * rows.TargetPitch, target => Fixed(x, source => Pointwise.Apply(level, source, target, rows, view)));
                var gradients = Run(Rows * rows.TargetPitch, target => Both(x, g, (px, pg) => Pointwise.Gradient(level, pg, px, target, rows, by, accumulate: false)));
                for (var i = 0; i < Rows * rows.TargetPitch; i++)
                {
                    var (at, inside) = ((i / rows.TargetPitch * columns) + (i % rows.TargetPitch), i % rows.TargetPitch < columns);
                    Near(inside ? Bend(Z(x[at], view), view.Slope) : 0, values[i]);
                    Near(inside ? view.Scale * (Z(x[at], view) > 0 ? 1 : view.Slope) * (double)g[at] : 0, gradients[i]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Sums_of_planes_end_with_the_last_element(SimdLevel level, int count)
    {
        var (x, y) = (Draw(count, 1), Draw(count, 2));
        foreach (var accumulate in new[] { false, true })
        {
            var sum = (float[])y.Clone();
            Both(x, sum, (px, py) => Pointwise.Add(level, px, py, count, accumulate));
            for (var i = 0; i < sum.Length; i++) Assert.Equal(i >= count ? y[i] : accumulate ? y[i] + x[i] : x[i], sum[i]);
        }
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(2, 1)]
    [InlineData(2, 8)]
    [InlineData(2, 37)]
    [InlineData(3, 20)]
    public void Phases_are_woven_into_a_row(int stride, int count)
    {
        const int Distance = 50;
        var (phases, row) = (Draw(stride * Distance, 1), Draw(count, 2));
        foreach (var accumulate in new[] { false, true })
        {
            var woven = (float[])row.Clone();
            Both(phases, woven, (source, target) => PhaseMerge.Run(source, Distance, stride, target, count, accumulate));
            for (var i = 0; i < woven.Length; i++)
            {
                var value = phases[(i % stride * Distance) + (i / stride)];
                Assert.Equal(i >= count ? row[i] : accumulate ? row[i] + value : value, woven[i]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Depthwise_rows_equal_the_definition(SimdLevel level, int columns)
    {
        foreach (var rows in new[] { 1, 3, 4, 5, 10 })
        {
            var (inputPitch, outputPitch) = (columns + 3, columns + 1);
            var (input, weights) = (Draw((rows + 2) * inputPitch, 1), Draw(9, 2));
            var output = new float[(rows * outputPitch) + Slack];
            Array.Fill(output, Untouched);
            fixed (float* px = input, pw = weights, py = output)
            {
                var call = new DepthwiseRowsCall
                {
                    Input = px,
                    InputPitch = inputPitch,
                    Weights = pw,
                    Bias = 0.5f,
                    Output = py,
                    OutputPitch = outputPitch,
                    Rows = rows,
                    Columns = columns,
                };
                DepthwiseRows.Run(level, in call);
            }

            for (var i = 0; i < output.Length; i++)
            {
                var (y, x) = (i / outputPitch, i % outputPitch);
                if (y >= rows || x >= columns) Assert.Equal(Untouched, output[i]);
                else Near(0.5 + Enumerable.Range(0, 9).Sum(k => (double)weights[k] * input[((y + (k / 3)) * inputPitch) + x + (k % 3)]), output[i]);
            }
        }
    }

    private static IEnumerable<ViewCoefficients> Views() =>
        [ViewCoefficients.Identity, new(0.7f, 0.4f, -0.1f, 1), new(-1.2f, 0.4f, 0.2f, 0), new(1.5f, -0.3f, 0, 0.25f)];

    private static double Z(float x, ViewCoefficients view) => (view.Scale * ((double)x - view.Mean)) + view.Shift;

    private static double Bend(double z, double slope) => Math.Max(z, 0) + (slope * Math.Min(z, 0));

    private static float[] Draw(int count, int seed)
    {
        var random = new Random(seed);

        // Kernels read whole vectors.
        return [.. Enumerable.Range(0, count + Slack).Select(_ => RandomWeights.Normal(random))];
    }

    private static float[] Run(int count, PointerAction fill)
    {
        var result = new float[count + (2 * Slack)];
        Array.Fill(result, Untouched);
        Fixed(result, target => fill(target));
        Assert.All(result[(count + Slack)..], value => Assert.Equal(Untouched, value));
        return result;
    }

    private static void Near(double expected, double actual, double scale = 1) => Assert.Equal(expected, actual, Tolerance * Math.Max(scale, 4));

    private static void Fixed(float[] values, PointerAction action)
    {
        fixed (float* pointer = values) action(pointer);
    }

    private static void Both(float[] first, float[] second, PairAction action)
    {
        fixed (float* a = first, b = second) action(a, b);
    }

    private delegate void PointerAction(float* values);

    private delegate void PairAction(float* first, float* second);
}
