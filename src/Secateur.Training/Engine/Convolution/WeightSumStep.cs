using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Convolution;

/// <summary>Adds the chunks' shares of a convolution's weight and bias gradients to the gradient vector, in the chunks' order.</summary>
internal sealed unsafe class WeightSumStep(string name, EngineContext context, ConvLayer layer, PlanBuffer partials) : TrainingStep(name, context)
{
    private readonly int _size = layer.WeightCount + layer.Outputs;

    public override IEnumerable<PlanBuffer> Buffers => [partials];

    protected override int Tasks => layer.Outputs;

    /// <summary>One output channel.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var source = memory + partials.Offset;
        for (var i = 0; i < layer.Taps; i++) Add(source + (task * layer.Taps) + i, layer.WeightStart + (task * layer.Taps) + i);
        if (layer.BiasStart is { } bias) Add(source + layer.WeightCount + task, bias + task);
    }

    private void Add(float* source, int target)
    {
        double sum = 0;
        for (var c = 0; c < Chunks; c++, source += _size) sum += *source;
        Context.Gradients[target] += (float)sum;
    }
}
