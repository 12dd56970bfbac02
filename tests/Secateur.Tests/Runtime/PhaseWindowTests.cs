using Secateur.Graph;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;
using Secateur.Lowering;
using Secateur.Reference;
using Secateur.Runtime.Planning;
using Secateur.Runtime.Steps;
using Secateur.TestSupport;
using Secateur.Tests.Pruning.Compaction;
using Xunit;

namespace Secateur.Tests.Runtime;

/// <summary>Convolutions that see what they read through a window.</summary>
public unsafe class PhaseWindowTests
{
    private const int Channels = 2;
    private const int Scratch = 4096;

    [Theory]
    [InlineData(1, 5, 2, 1, 1)]
    [InlineData(1, 3, 1, 70, 1)]
    [InlineData(2, 3, 1, 64, 1)]
    [InlineData(2, 1, 0, 100, 1)]
    [InlineData(4, 5, 2, 64, 1)]
    [InlineData(4, 5, 2, 300, 2)]
    [InlineData(3, 7, 3, 128, 3)]
    public void A_window_holds_what_taps_read_wherever_it_stands(int stride, int kernel, int padding, int strip, int spare)
    {
        var taps = new TapGeometry(new ConvGeometry(kernel, stride, padding, 1));
        foreach (var (height, width) in new[] { (kernel, kernel), (31, 22), (29, 90) })
        {
            var output = new PlanarLayout(taps.Conv.OutputSize(height), taps.Conv.OutputSize(width), taps.Before + taps.After + 1);
            var planes = new PhasePlanes(height, width, output, new PhaseReach(stride, taps.Before, taps.After), taps.Phases());
            var rows = Math.Min(planes.Rows, (((strip - 2) + output.Pitch) / output.Pitch) + taps.Before + taps.After + spare);
            foreach (var start in new[] { 0, output.Positions / 3 })
                Check(planes with { To = output.OfHeight(rows) }, taps, output, strip, start);
        }
    }

    [Fact]
    public void A_window_has_the_rows_that_its_convolution_needs_and_no_more_than_there_are()
    {
        var planes = new PhasePlanes(100, 1000, new PlanarLayout(50, 500, 1), new PhaseReach(2, 1, 0), [0, 1]);
        Assert.Equal(3, PhaseWindow.Rows(planes, 1_000_000, 128));
        Assert.Equal(4, PhaseWindow.Rows(planes, 1_000_000, 503));
        Assert.Equal(51, PhaseWindow.Rows(planes, 1, 128));
        Assert.InRange(PhaseWindow.Rows(planes, 16, 128), 10, 40);
    }

    /// <summary>
    /// Large enough that the windows must move, whatever the parts; the image comes as values. Two convolutions of the same map and stride share whole
    /// phase planes.
    /// </summary>
    [Theory]
    [InlineData(4, 0)]
    [InlineData(2, 1)]
    public void Strided_convolutions_of_large_maps_compute_what_the_definition_says(int pointStride, int splits)
    {
        const int Height = 150, Width = 1531;
        var g = new NetworkBuilder("large");
        var image = g.Input(3);
        var stem = g.Relu(g.Conv2d(image, "stem", 9, 5, stride: 2, padding: 2));
        g.Output("narrow", g.Conv2d(stem, "narrow", 3, 3, stride: 2, padding: 1));
        g.Output("again", g.Conv2d(image, "again", 2, 5, stride: 1, padding: 2));
        g.Output("point", g.Conv2d(stem, "point", 2, 1, stride: pointStride));
        var model = RandomWeights.Fill(g.Build(), 1);
        var pixels = Equality.Image(3, Height, Width, seed: 1);
        var expected = ReferenceExecutor.Run(model, pixels);
        foreach (var level in TestedWidths.All)
        {
            var lowered = new LoweredModel(FoldBatchNorm.Run(model), level);
            var steps = PlanBuilder.Build(lowered, Height, Width).Steps;
            Assert.Equal((4, splits), (steps.Count(step => step is ConvStep), steps.Count(step => step is PhaseSplitStep)));
            var whole = PlanRun.Run(lowered, pixels, parts: 1);
            PlanRun.AssertEqual(expected, model.Network, whole, $"{level}");
            var split = PlanRun.Run(lowered, pixels, parts: 3);
            Assert.All(whole, output => Assert.True(output.Value.SequenceEqual(split[output.Key]), $"{level}: {output.Key} differs in parts"));
        }
    }

    [Fact]
    public void Siblings_of_one_step_read_through_one_window()
    {
        var g = new NetworkBuilder("siblings");
        var stem = g.Relu(g.Conv2d(g.Input(3), "stem", 5, 3, stride: 2, padding: 1));
        g.Output("a", g.Conv2d(stem, "a", 3, 3, stride: 2, padding: 1));
        g.Output("b", g.Conv2d(stem, "b", 2, 3, stride: 2, padding: 1));
        var model = RandomWeights.Fill(g.Build(), 1);
        var pixels = Equality.Image(3, 61, 83, seed: 1);
        foreach (var level in TestedWidths.All)
        {
            var lowered = new LoweredModel(FoldBatchNorm.Run(model), level);
            Assert.Collection(PlanBuilder.Build(lowered, 61, 83).Steps, step => Assert.IsType<ConvStep>(step), step => Assert.IsType<ConvStep>(step));
            PlanRun.AssertEqual(ReferenceExecutor.Run(model, pixels), model.Network, PlanRun.Run(lowered, pixels, parts: 2), $"{level}");
        }
    }

    private static void Check(PhasePlanes planes, TapGeometry taps, PlanarLayout output, int strip, int start)
    {
        // Channel c has the values c * area + 1 and so on; memory is NaN, so that nothing is read before it is written.
        var (area, phases) = (planes.Height * planes.Width, planes.Phases);
        var source = new MapRows(new MapShape(Channels, planes.Height, planes.Width), new PlanarLayout(planes.Height, planes.Width, 0), [0, area], taps.Conv.Stride);
        var window = new PhaseWindow(SimdLevel.Vector256, source, planes, (Channels * area) + Scratch);
        var memory = new float[(Channels * area) + Scratch + window.Floats];
        memory.AsSpan().Fill(float.NaN);
        for (var i = 0; i < Channels * area; i++) memory[i] = i + 1;
        int[] offsets = taps.Offsets([.. Enumerable.Range(0, Channels)], planes.To, phases);
        var held = default(HeldRows);
        fixed (float* m = memory)
        {
            for (var p = start; p < output.Positions; p += strip)
            {
                var end = Math.Min(p + strip, output.Positions);
                var first = window.Advance(m, 0, ref held, p, end);
                for (var position = p; position < end; position++)
                {
                    var (y, x) = Math.DivRem(position, output.Pitch);
                    if (x >= output.Width) continue;
                    foreach (var (tap, offset) in offsets.Index())
                    {
                        var (c, ky, kx) = (tap / (taps.Conv.Kernel * taps.Conv.Kernel), tap / taps.Conv.Kernel % taps.Conv.Kernel, tap % taps.Conv.Kernel);
                        var (sy, sx) = ((taps.Conv.Stride * y) + ky - taps.Conv.Padding, (taps.Conv.Stride * x) + kx - taps.Conv.Padding);
                        var inside = sy >= 0 && sy < planes.Height && sx >= 0 && sx < planes.Width;
                        Assert.Equal(inside ? (c * area) + (sy * planes.Width) + sx + 1 : 0, first[position + offset]);
                    }
                }
            }
        }

        Assert.All(memory[(Channels * area)..((Channels * area) + Scratch)], x => Assert.True(float.IsNaN(x), "wrote before its scratch memory"));
    }
}
