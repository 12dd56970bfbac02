using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;
using Secateur.Kernels.Simd;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Kernels;

public unsafe class PhaseSplitTests
{
    private const float Untouched = -1;

    public static IEnumerable<object[]> LevelsAndStrides() =>
        from level in TestedWidths.All
        from stride in Enumerable.Range(1, 5)
        select new object[] { level, stride };

    [Theory]
    [MemberData(nameof(LevelsAndStrides))]
    public void Every_column_goes_to_its_phase_and_nothing_else_is_written(SimdLevel level, int stride)
    {
        int[][] held = [[.. Enumerable.Range(0, stride)], [stride - 1], [0]];
        foreach (var phases in held)
        {
            for (var columns = 0; columns < 150; columns++)
            {
                const int PlaneStride = 160;
                var source = Enumerable.Range(0, columns + 1).Select(x => (float)x).ToArray();
                var target = Enumerable.Repeat(Untouched, phases.Length * PlaneStride).ToArray();
                fixed (float* from = source, to = target) PhaseSplit.Run(level, from, columns, stride, phases, to, PlaneStride);
                for (var i = 0; i < target.Length; i++)
                {
                    var column = (stride * (i % PlaneStride)) + phases[i / PlaneStride];
                    Assert.Equal(column < columns ? column : Untouched, target[i]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(LevelsAndStrides))]
    public void Planes_hold_zeros_around_the_image(SimdLevel level, int stride)
    {
        foreach (var (height, width) in new[] { (1, 1), (7, 13), (9, 70) })
        {
            var to = new PlanarLayout((height + stride - 1) / stride, (width + stride - 1) / stride, 3);
            var planes = new PhasePlanes(height, width, to, new PhaseReach(stride, 2, 1), [.. Enumerable.Range(0, stride)]);
            var memory = Enumerable.Repeat(float.NaN, planes.PlanesPerChannel * to.PlaneStride).ToArray();
            var image = Enumerable.Range(1, height * width).Select(x => (float)x).ToArray();
            fixed (float* target = memory, source = image)
            {
                for (var y = planes.FirstRow; y < planes.FirstRow + planes.Rows; y++)
                {
                    for (var phase = 0; phase < stride; phase++)
                    {
                        var row = planes.InputRow(y, phase);
                        planes.FillRow(level, planes.HasInputRow(row) ? source + (row * width) : null, target + to.Origin, y, phase);
                    }
                }
            }

            for (var plane = 0; plane < planes.PlanesPerChannel; plane++)
            {
                for (var y = -2; y < to.Height + 1; y++)
                {
                    for (var x = -2; x < to.Width + 1; x++)
                    {
                        var (sy, sx) = ((stride * y) + (plane / stride), (stride * x) + (plane % stride));
                        var inside = sy >= 0 && sy < height && sx >= 0 && sx < width;
                        Assert.Equal(inside ? image[(sy * width) + sx] : 0, memory[(plane * to.PlaneStride) + to.Origin + (y * to.Pitch) + x]);
                    }
                }
            }
        }
    }
}
