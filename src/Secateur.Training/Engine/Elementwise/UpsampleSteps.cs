using Secateur.Graph;
using Secateur.Kernels.Upsample;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Elementwise;

/// <summary>Where the pixels of an upsampled row or column come from: (1 - T) * Low + T * High.</summary>
internal static class UpsampleTaps
{
    public static BilinearTap[] Of(UpsampleMode mode, int from, int to) =>
    [
        .. Enumerable.Range(0, to).Select(i =>
            mode == UpsampleMode.Bilinear ? BilinearTap.At(i, from, to) : new BilinearTap(NearestSource.Of(i, from, to), 0, 0))
    ];
}

/// <summary>An upsampling of the batch.</summary>
internal sealed unsafe class UpsampleForwardStep(string name, EngineContext context, UpsampleMode mode, StoredMap output, ViewSource[] sources, MapShape from)
    : TrainingStep(name, context)
{
    private readonly PlanBuffer _output = output.Raw;
    private readonly BilinearTap[] _rows = UpsampleTaps.Of(mode, from.Height, output.Shape.Height);
    private readonly BilinearTap[] _columns = UpsampleTaps.Of(mode, from.Width, output.Shape.Width);

    public override IEnumerable<PlanBuffer> Buffers => [_output, .. sources.SelectMany(s => s.Buffers).Distinct()];

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

/// <summary>The gradient of an upsampling: every output pixel gives back what it took.</summary>
internal sealed unsafe class UpsampleBackwardStep(
    string name, EngineContext context, UpsampleMode mode, StoredMap output, GradientTarget?[] targets, MapShape from)
    : TrainingStep(name, context)
{
    private readonly GradientSource _gradient = new(context, output);
    private readonly BilinearTap[] _rows = UpsampleTaps.Of(mode, from.Height, output.Shape.Height);
    private readonly BilinearTap[] _columns = UpsampleTaps.Of(mode, from.Width, output.Shape.Width);

    public override IEnumerable<PlanBuffer> Buffers =>
        [.. _gradient.Buffers, .. targets.Where(t => t is not null).Select(t => t!.Value.Buffer).Distinct()];

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
