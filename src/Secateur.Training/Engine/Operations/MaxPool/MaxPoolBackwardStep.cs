using Secateur.Graph;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.MaxPool;

/// <summary>The gradient of a max-pooling: goes to the pixel that won, the first one where several did.</summary>
internal sealed unsafe class MaxPoolBackwardStep(
    MaxPool2dNode node, EngineContext context, StoredMap output, ViewSource[] sources, GradientTarget?[] targets, MapShape from)
    : TrainingStep(node.Name, context)
{
    private readonly GradientSource _gradient = new(context, output);

    // Kernels write whole vectors.
    private readonly int _input = (int)from.Area + 64;

    public override IEnumerable<PlanBuffer> Buffers => [.. _gradient.Buffers, .. sources.Buffers(), .. targets.Buffers()];

    public override long ScratchFloats => (2L * _input) + output.Positions + 64;

    protected override int Tasks => output.Batch;

    /// <summary>One image, all channels in order: the source may hold one twice.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var (values, back, gradient) = (scratch, scratch + _input, scratch + (2 * (nint)_input));
        for (var c = 0; c < targets.Length; c++)
        {
            if (targets[c] is not { } target) continue;
            var view = sources[c].View.Coefficients(memory, Context.Parameters.Values, sources[c].Channel);
            Pointwise.Apply(Context.Level, sources[c].Plane(memory, task), values, PlaneRows.Line((int)from.Area), view);
            _gradient.Load(memory, task, c, 0, output.Positions, gradient);
            new Span<float>(back, _input).Clear();
            Scatter(values, gradient, back);
            Pointwise.Add(Context.Level, back, target.Plane(memory, task), (int)from.Area, target.Accumulates);
        }
    }

    private void Scatter(float* values, float* gradient, float* back)
    {
        var (window, width) = (node.Geometry, from.Width);
        for (var y = 0; y < output.Shape.Height; y++)
        {
            var top = (y * window.Stride) - window.Padding;
            var (firstRow, lastRow) = (Math.Max(top, 0), Math.Min(top + window.Kernel, from.Height));
            for (var x = 0; x < output.Shape.Width; x++)
            {
                var left = (x * window.Stride) - window.Padding;
                var (firstColumn, lastColumn) = (Math.Max(left, 0), Math.Min(left + window.Kernel, width));
                var largest = ((nint)firstRow * width) + firstColumn;
                for (var row = firstRow; row < lastRow; row++)
                {
                    for (var column = firstColumn; column < lastColumn; column++)
                    {
                        var at = ((nint)row * width) + column;
                        if (values[at] > values[largest]) largest = at;
                    }
                }

                back[largest] += gradient[((nint)y * output.Shape.Width) + x];
            }
        }
    }
}
