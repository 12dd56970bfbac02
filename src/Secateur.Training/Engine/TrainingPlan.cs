using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Runtime;
using Secateur.Training.Engine.Binding;
using Secateur.Training.Engine.Convolution;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine;

/// <summary>Every kernel call of a training step, forward and backward, and the place of every buffer.</summary>
internal sealed class TrainingPlan
{
    private readonly int _dispensable;

    private TrainingPlan(EngineContext context, Network network, BatchInput input, IReadOnlyList<ResultBinding> results, int givenUp)
    {
        var forward = new ForwardPlanner(context, network, input);
        var dispensable = forward.Operations.Where(o => double.IsFinite(o.CostPerValue)).OrderBy(o => o.CostPerValue).Select(o => o.Output).ToList();
        _dispensable = dispensable.Count;
        Forward =
        [
            new PackWeightsStep(context, [.. forward.Layers]),
            .. forward.Steps,
            .. results.Select(r => new ResultStep(context, r, forward.Values[r.Node])),
        ];
        var given = results.Select(r => new ResultGradientStep(context, r, forward.Values[r.Node])).ToList();
        Backward = [.. new BackwardPlanner(context, forward.Operations, given, dispensable.Take(givenUp)).Steps];
        Floats = PlaceBuffers();
        ScratchFloats = Forward.Concat(Backward).Max(s => s.ScratchFloats);
    }

    /// <summary>The steps of the forward pass.</summary>
    public ImmutableArray<TrainingStep> Forward { get; }

    /// <summary>The steps of the backward pass.</summary>
    public ImmutableArray<TrainingStep> Backward { get; }

    /// <summary>Floats of workspace, without the threads' scratch memory.</summary>
    public long Floats { get; }

    /// <summary>Floats of scratch memory a thread.</summary>
    public long ScratchFloats { get; }

    /// <summary>
    /// Plans within a limit of memory: as many values as it takes are given up after the forward pass, the ones first that are the cheapest to
    /// compute again. Where nothing helps, the plan that needs the least.
    /// </summary>
    /// <exception cref="NetworkException">The network cannot be trained at that size.</exception>
    public static TrainingPlan Create(EngineContext context, Network network, BatchInput input, IReadOnlyList<ResultBinding> results, long limitFloats)
    {
        var best = new TrainingPlan(context, network, input, results, givenUp: 0);
        if (best.Floats <= limitFloats) return best;
        var (low, high) = (1, best._dispensable);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var plan = new TrainingPlan(context, network, input, results, middle);
            var fits = plan.Floats <= limitFloats;
            if (fits || plan.Floats < best.Floats) best = plan;
            if (fits) high = middle - 1;
            else low = middle + 1;
        }

        return best;
    }

    private long PlaceBuffers()
    {
        var (step, buffers) = (0, new HashSet<PlanBuffer>());
        foreach (var each in Forward.Concat(Backward))
        {
            foreach (var buffer in each.Buffers)
            {
                buffer.Touch(step);
                buffers.Add(buffer);
            }

            step++;
        }

        var placed = buffers.ToList();
        var (offsets, size) = MemoryPlanner.Place([.. placed.Select(b => b.Life)]);
        for (var i = 0; i < placed.Count; i++) placed[i].Offset = offsets[i];
        return size;
    }
}
