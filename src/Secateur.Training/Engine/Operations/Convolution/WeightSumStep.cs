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
        var first = shares.Of(memory, 0);
        var distance = shares.Floats;
        for (var i = task * layer.Taps; i < (task + 1) * layer.Taps; i++) Add(first + i, distance, layer.WeightStart + i);
        if (layer.BiasStart is { } bias) Add(first + layer.WeightCount + task, distance, bias + task);
    }

    private void Add(float* share, int distance, int target)
    {
        double sum = 0;
        for (var c = 0; c < Context.Chunks; c++, share += distance) sum += *share;
        Context.Gradients[target] += (float)sum;
    }
}
