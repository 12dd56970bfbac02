using Secateur.Graph;
using Secateur.Kernels.Layout;
using Secateur.Kernels.MaxPool;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.MaxPool;

/// <summary>A max-pooling of the batch.</summary>
internal sealed unsafe class MaxPoolForwardStep(MaxPool2dNode node, EngineContext context, StoredMap output, ViewSource[] sources, MapShape from)
    : TrainingStep(node.Name, context)
{
    private readonly PlanBuffer _output = output.Raw;
    private readonly int _columns = PlaneMaxPool.ScratchFloats(from.Width);

    public override IEnumerable<PlanBuffer> Buffers => [_output, .. sources.Buffers()];

    public override long ScratchFloats => from.Area + _columns + 64;

    protected override int Tasks => output.Batch * output.Channels;

    /// <summary>One channel of an image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var (image, source) = (task / output.Channels, sources[task % output.Channels]);
        var input = scratch + _columns;
        var view = source.View.Coefficients(memory, Context.Parameters.Values, source.Channel);
        Pointwise.Apply(Context.Level, source.Plane(memory, image), input, PlaneRows.Line((int)from.Area), view);
        PlaneMaxPool.Run(
            input,
            new PlanarLayout(from.Height, from.Width, halo: 0),
            output.Plane(memory, _output, image, task % output.Channels),
            new PlanarLayout(output.Shape.Height, output.Shape.Width, halo: 0),
            node.Geometry,
            scratch);
    }
}
