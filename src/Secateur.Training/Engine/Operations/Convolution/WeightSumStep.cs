using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>Adds the chunks' shares of a convolution's weight and bias gradients to the gradient vector, in the chunks' order.</summary>
internal sealed unsafe class WeightSumStep(string name, EngineContext context, ConvLayer layer, WeightShares shares) : TrainingStep(name, context)
{
    public override IEnumerable<PlanBuffer> Buffers => [shares.Buffer];

    protected override int Tasks => layer.Outputs;

    /// <summary>One output channel.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        for (var i = task * layer.Taps; i < (task + 1) * layer.Taps; i++) Add(memory, i, layer.WeightStart + i);
        if (layer.BiasStart is { } bias) Add(memory, layer.WeightCount + task, bias + task);
    }

    private void Add(float* memory, int source, int target)
    {
        double sum = 0;
        for (var c = 0; c < Chunks; c++) sum += shares.Of(memory, c)[source];
        Context.Gradients[target] += (float)sum;
    }
}
