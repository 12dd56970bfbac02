using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Merge;

/// <summary>A sum of operands: for each channel of the sum what each operand gives it, or nothing. With one operand, a copy.</summary>
internal sealed unsafe class MergeForwardStep(string name, EngineContext context, StoredMap output, ViewSource?[][] operands, MergeFactors factors)
    : TrainingStep(name, context)
{
    /// <summary>Positions that are handled at once: stay in the first-level cache.</summary>
    public const int Strip = 2048;

    private readonly PlanBuffer _output = output.Raw;

    public override IEnumerable<PlanBuffer> Buffers => [_output, .. operands.SelectMany(o => o).Buffers()];

    public override long ScratchFloats => 2 * (Strip + 64);

    protected override int Tasks => output.Batch * output.Channels;

    /// <summary>One channel of an image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var (image, channel) = (task / output.Channels, task % output.Channels);
        var (first, second) = factors.Values();
        var plane = output.Plane(memory, _output, image, channel);
        var sum = scratch + Strip + 64;
        for (var start = 0; start < output.Positions; start += Strip)
        {
            var count = Math.Min(Strip, output.Positions - start);
            var written = false;
            for (var i = 0; i < operands.Length; i++)
            {
                if (operands[i][channel] is not { } source) continue;
                var view = source.View.Coefficients(memory, Context.Parameters.Values, source.Channel);
                var values = source.Plane(memory, image) + start;
                var factor = (float)(i == 0 ? first : second);
                if (factor == 1 && !written)
                {
                    Pointwise.Apply(Context.Level, values, sum, PlaneRows.Line(count), view);
                }
                else
                {
                    if (!view.IsIdentity) Pointwise.Apply(Context.Level, values, scratch, PlaneRows.Line(count), view);
                    Pointwise.AddScaled(Context.Level, view.IsIdentity ? values : scratch, sum, count, factor, written);
                }

                written = true;
            }

            if (!written) new Span<float>(sum, count).Clear();
            output.Store(sum, plane + start, count);
        }
    }
}
