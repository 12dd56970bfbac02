using Secateur.Graph;
using Secateur.Kernels.AveragePool;
using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Layout;

namespace Secateur.Training.Engine.Operations.Planes;

/// <summary>The means of windows: every pixel of a window gets the same share of its gradient.</summary>
internal sealed unsafe class AveragePoolFunction(ConvGeometry window, bool countPadding, MapShape from, MapShape to) : PlaneFunction((int)from.Area)
{
    public override int ScratchFloats => PlaneAveragePool.ScratchFloats(from.Width);

    public override void Run(float** inputs, float* output, float* scratch) => PlaneAveragePool.Run(
        inputs[0],
        new PlanarLayout(from.Height, from.Width, halo: 0),
        output,
        new PlanarLayout(to.Height, to.Width, halo: 0),
        window,
        countPadding,
        scratch);

    public override void Back(float** inputs, float* gradient, float** results)
    {
        new Span<float>(results[0], (int)from.Area).Clear();
        for (var y = 0; y < to.Height; y++)
        {
            var (top, bottom) = Inside(y, from.Height);
            for (var x = 0; x < to.Width; x++)
            {
                var (left, right) = Inside(x, from.Width);
                var count = countPadding ? window.Kernel * window.Kernel : (bottom - top) * (right - left);
                var share = gradient[((nint)y * to.Width) + x] / count;
                for (var row = top; row < bottom; row++)
                {
                    for (var column = left; column < right; column++) results[0][((nint)row * from.Width) + column] += share;
                }
            }
        }
    }

    private (int Start, int End) Inside(int at, int size)
    {
        var first = (at * window.Stride) - window.Padding;
        return (Math.Max(first, 0), Math.Min(first + window.Kernel, size));
    }
}

/// <summary>The mean of all pixels.</summary>
internal sealed unsafe class MeanFunction(MapShape from) : PlaneFunction((int)from.Area)
{
    public override void Run(float** inputs, float* output, float* scratch) => *output = PlaneMean.Of(inputs[0], new PlanarLayout(from.Height, from.Width, halo: 0));

    public override void Back(float** inputs, float* gradient, float** results) => new Span<float>(results[0], (int)from.Area).Fill(*gradient / from.Area);
}
