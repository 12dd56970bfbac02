using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Merge;

/// <summary>Brings the gradients by a fusion's factors to its weights.</summary>
internal sealed unsafe class FactorGradientStep(string name, EngineContext context, PlanBuffer sums, MergeFactors factors) : TrainingStep(name, context)
{
    public override IEnumerable<PlanBuffer> Buffers => [sums];

    protected override int Tasks => 1;

    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var parts = (double*)(memory + sums.Offset);
        double first = 0, second = 0;
        for (var c = 0; c < Context.Chunks; c++) (first, second) = (first + parts[2 * c], second + parts[(2 * c) + 1]);
        factors.AddGradients(Context.Gradients, first, second);
    }
}
