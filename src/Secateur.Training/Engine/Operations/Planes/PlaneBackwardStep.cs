using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Planes;

/// <summary>The gradients of a function of planes by its operands.</summary>
internal sealed unsafe class PlaneBackwardStep(
    EngineContext context, PlaneFunction function, ViewSource[][] operands, GradientTarget?[][] targets, StoredMap output) : TrainingStep(output.Name, context)
{
    private readonly GradientSource _gradient = new(context, output);
    private readonly OperandPlanes _planes = new(context, function, operands);

    public override IEnumerable<PlanBuffer> Buffers => [.. _gradient.Buffers, .. operands.SelectMany(o => o).Buffers(), .. targets.SelectMany(t => t).Buffers()];

    public override long ScratchFloats => (2 * _planes.Floats) + output.Positions + 64;

    protected override int Tasks => output.Batch;

    /// <summary>One image, all channels in order: operands may share some.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var inputs = stackalloc float*[operands.Length];
        var results = stackalloc float*[operands.Length];
        _planes.Place(scratch, inputs);
        _planes.Place(scratch + _planes.Floats, results);
        var gradient = scratch + (2 * _planes.Floats);
        for (var channel = 0; channel < output.Channels; channel++)
        {
            _planes.Load(memory, task, channel, inputs);
            _gradient.Load(memory, task, channel, 0, output.Positions, gradient);
            function.Back(inputs, gradient, results);
            for (var i = 0; i < operands.Length; i++)
            {
                if (targets[i][channel] is { } target) Pointwise.Add(Context.Level, results[i], target.Plane(memory, task), function.From[i], target.Accumulates);
            }
        }
    }
}
