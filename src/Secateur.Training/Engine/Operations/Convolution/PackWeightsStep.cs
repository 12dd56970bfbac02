using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>Renews the kernels' copies of all weights.</summary>
internal sealed unsafe class PackWeightsStep(EngineContext context, ConvLayer[] layers) : TrainingStep("weights", context)
{
    public override IEnumerable<PlanBuffer> Buffers => [];

    protected override int Tasks => layers.Length;

    protected override void RunTask(float* memory, float* scratch, int chunk, int task) => layers[task].Pack(Context.Parameters.Values);
}
