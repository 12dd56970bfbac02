using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Planes;

/// <summary>A function of planes over the batch.</summary>
internal sealed unsafe class PlaneForwardStep(EngineContext context, PlaneFunction function, ViewSource[][] operands, StoredMap output) : TrainingStep(output.Name, context)
{
    private readonly PlanBuffer _output = output.Raw;
    private readonly OperandPlanes _planes = new(context, function, operands);

    public override IEnumerable<PlanBuffer> Buffers => [_output, .. operands.SelectMany(o => o).Buffers()];

    public override long ScratchFloats => _planes.Floats + function.ScratchFloats;

    protected override int Tasks => output.Batch * output.Channels;

    /// <summary>One channel of an image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var (image, channel) = (task / output.Channels, task % output.Channels);
        var inputs = stackalloc float*[operands.Length];
        _planes.Place(scratch, inputs);
        _planes.Load(memory, image, channel, inputs);
        function.Run(inputs, output.Plane(memory, _output, image, channel), scratch + _planes.Floats);
    }
}
