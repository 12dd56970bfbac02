using Secateur.Graph;
using Secateur.Kernels.Upsample;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Upsample;

/// <summary>The gradient of an upsampling: every output pixel gives back what it took.</summary>
internal sealed unsafe class UpsampleBackwardStep(
    UpsampleNode node, EngineContext context, StoredMap output, GradientTarget?[] targets, MapShape from)
    : TrainingStep(node.Name, context)
{
    private readonly GradientSource _gradient = new(context, output);
    private readonly BilinearTap[] _rows = UpsampleTaps.Of(node, from.Height, output.Shape.Height);
    private readonly BilinearTap[] _columns = UpsampleTaps.Of(node, from.Width, output.Shape.Width);

    public override IEnumerable<PlanBuffer> Buffers =>
        [.. _gradient.Buffers, .. targets.Buffers()];

    public override long ScratchFloats => output.Positions + (2L * from.Width) + 64;

    protected override int Tasks => output.Batch;

    /// <summary>One image, all channels in order: the source may hold one twice.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        for (var channel = 0; channel < targets.Length; channel++)
        {
            if (targets[channel] is not { } target) continue;
            var row = scratch;
            var gradient = scratch + (2 * from.Width);
            _gradient.Load(memory, task, channel, 0, output.Positions, gradient);
            var plane = target.Plane(memory, task);
            if (!target.Accumulates) new Span<float>(plane, (int)from.Area).Clear();
            foreach (var y in _rows)
            {
                new Span<float>(row, from.Width).Clear();
                for (var x = 0; x < _columns.Length; x++)
                {
                    var tap = _columns[x];
                    row[tap.Low] += (1 - tap.T) * gradient[x];
                    if (tap.T != 0) row[tap.High] += tap.T * gradient[x];
                }

                var low = plane + ((nint)y.Low * from.Width);
                var high = plane + ((nint)y.High * from.Width);
                for (var x = 0; x < from.Width; x++) low[x] += (1 - y.T) * row[x];
                for (var x = 0; x < from.Width && y.T != 0; x++) high[x] += y.T * row[x];
                gradient += _columns.Length;
            }
        }
    }
}
