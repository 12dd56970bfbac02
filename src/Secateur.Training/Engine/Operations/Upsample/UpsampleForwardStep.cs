using Secateur.Graph;
using Secateur.Kernels.Upsample;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Upsample;

/// <summary>An upsampling of the batch.</summary>
internal sealed unsafe class UpsampleForwardStep(UpsampleNode node, EngineContext context, StoredMap output, ViewSource[] sources, MapShape from)
    : TrainingStep(node.Name, context)
{
    private readonly PlanBuffer _output = output.Raw;
    private readonly BilinearTap[] _rows = UpsampleTaps.Of(node, from.Height, output.Shape.Height);
    private readonly BilinearTap[] _columns = UpsampleTaps.Of(node, from.Width, output.Shape.Width);

    public override IEnumerable<PlanBuffer> Buffers => [_output, .. sources.Buffers()];

    public override long ScratchFloats => from.Area + from.Width + 64;

    protected override int Tasks => output.Batch * output.Channels;

    /// <summary>One channel of an image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var (image, source) = (task / output.Channels, sources[task % output.Channels]);
        var view = source.View.Coefficients(memory, Context.Parameters.Values, source.Channel);
        var row = scratch;
        var input = scratch + from.Width;
        Pointwise.Apply(Context.Level, source.Plane(memory, image), input, PlaneRows.Line((int)from.Area), view);
        var target = output.Plane(memory, _output, image, task % output.Channels);
        for (var i = 0; i < _rows.Length; i++, target += _columns.Length)
        {
            var y = _rows[i];
            if (i > 0 && y == _rows[i - 1])
            {
                new ReadOnlySpan<float>(target - _columns.Length, _columns.Length).CopyTo(new Span<float>(target, _columns.Length));
                continue;
            }

            var low = input + ((nint)y.Low * from.Width);
            var high = input + ((nint)y.High * from.Width);
            if (y.T != 0)
            {
                for (var x = 0; x < from.Width; x++) row[x] = ((1 - y.T) * low[x]) + (y.T * high[x]);
                low = row;
            }

            for (var x = 0; x < _columns.Length; x++)
            {
                var tap = _columns[x];
                target[x] = tap.T == 0 ? low[tap.Low] : ((1 - tap.T) * low[tap.Low]) + (tap.T * low[tap.High]);
            }
        }
    }
}
