using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Operations.Merge;

/// <summary>The gradients of a sum by its operands, and by its factors where these are learned.</summary>
internal sealed unsafe class MergeBackwardStep(
    string name, EngineContext context, StoredMap output, ViewSource?[][] operands, GradientTarget?[][] targets, MergeFactors factors)
    : TrainingStep(name, context)
{
    /// <summary>Floats of a chunk's gradients by the two factors.</summary>
    public const int FactorFloats = 2 * (sizeof(double) / sizeof(float));

    private readonly GradientSource _gradient = new(context, output);

    /// <summary>Gradients by the two factors, of each chunk.</summary>
    public PlanBuffer FactorGradients { get; } = new((long)context.Chunks * FactorFloats);

    public override IEnumerable<PlanBuffer> Buffers =>
    [
        .. _gradient.Buffers,
        .. targets.SelectMany(t => t).Buffers(),
        .. factors.AreLearned ? operands.SelectMany(o => o).Buffers() : [],
        FactorGradients,
    ];

    public override long ScratchFloats => 2 * (MergeForwardStep.Strip + 64);

    protected override int Tasks => output.Batch * Strips;

    private int Strips => (output.Positions + MergeForwardStep.Strip - 1) / MergeForwardStep.Strip;

    protected override void StartChunk(float* memory, int chunk) => new Span<double>(SumsOf(memory, chunk), 2).Clear();

    /// <summary>A strip of an image, all channels in order: operands may share some.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var (image, start) = (task / Strips, task % Strips * MergeForwardStep.Strip);
        var count = Math.Min(MergeForwardStep.Strip, output.Positions - start);
        var values = scratch + MergeForwardStep.Strip + 64;
        var (first, second) = factors.Values();
        for (var channel = 0; channel < output.Channels; channel++)
        {
            _gradient.Load(memory, image, channel, start, count, scratch);
            for (var i = 0; i < operands.Length; i++)
            {
                if (factors.AreLearned && operands[i][channel] is { } source)
                {
                    var view = source.View.Coefficients(memory, Context.Parameters.Values, source.Channel);
                    var plane = source.Plane(memory, image) + start;
                    if (!view.IsIdentity) Pointwise.Apply(Context.Level, plane, values, PlaneRows.Line(count), view);
                    SumsOf(memory, chunk)[i] += Reductions.Dot(Context.Level, scratch, view.IsIdentity ? plane : values, count);
                }

                if (targets[i][channel] is not { } target) continue;
                var place = target.Plane(memory, image) + start;
                var factor = (float)(i == 0 ? first : second);
                if (factor == 1 && !target.Accumulates) target.View.Map.Store(scratch, place, count);
                else Pointwise.AddScaled(Context.Level, scratch, place, count, factor, target.Accumulates);
            }
        }
    }

    private double* SumsOf(float* memory, int chunk) => (double*)(memory + FactorGradients.Offset) + (2 * chunk);
}
