using System.Collections.Immutable;
using Secateur.Execution;
using Secateur.Graph;
using Secateur.Training.Engine.Operations;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Planning;

/// <summary>Every kernel call of a training step, forward and backward, and the place of every buffer.</summary>
internal sealed class TrainingPlan
{
    private readonly ImmutableArray<Operation> _operations;

    /// <param name="factory">Makes the steps.</param>
    /// <param name="network">The network.</param>
    /// <param name="height">H of the input.</param>
    /// <param name="width">W of the input.</param>
    /// <param name="results">The nodes that are read.</param>
    /// <param name="givenUp">The operations, by their index, whose values are computed again; null without a backward pass.</param>
    private TrainingPlan(StepFactory factory, Network network, int height, int width, IReadOnlyList<int> results, IEnumerable<int>? givenUp)
    {
        var forward = new ForwardPlanner(factory, network, height, width);
        _operations = [.. forward.Operations];
        Forward = [.. factory.Prologue(), .. forward.Steps, .. results.Select((node, i) => factory.Result(i, forward.Values[node]))];
        Backward = [];
        if (givenUp is not null)
        {
            var given = results.Select((node, i) => factory.ResultGradient(i, forward.Values[node])).ToList();
            Backward = [.. new BackwardPlanner(factory, forward.Operations, given, givenUp.Select(i => _operations[i].Output)).Steps, .. factory.Epilogue()];
        }

        Factory = factory;
        Floats = PlaceBuffers();
    }

    /// <summary>What made the steps.</summary>
    public StepFactory Factory { get; }

    /// <summary>The steps of the forward pass.</summary>
    public ImmutableArray<IPlannedStep> Forward { get; }

    /// <summary>The steps of the backward pass.</summary>
    public ImmutableArray<IPlannedStep> Backward { get; }

    /// <summary>Floats of all buffers together.</summary>
    public long Floats { get; }

    /// <summary>Plans a forward pass alone.</summary>
    /// <exception cref="NetworkException">The network cannot run at that size.</exception>
    public static TrainingPlan CreateForward(StepFactory factory, Network network, int height, int width, IReadOnlyList<int> results) =>
        new(factory, network, height, width, results, null);

    /// <summary>
    /// Plans within a limit of memory: as many values as it takes are given up after the forward pass, the ones first that are the cheapest to
    /// compute again; of these the most expensive ones are kept after all where that still fits. Where nothing helps, the plan that needs the least.
    /// </summary>
    /// <param name="createFactory">Makes the steps of one plan.</param>
    /// <param name="network">The network.</param>
    /// <param name="height">H of the input.</param>
    /// <param name="width">W of the input.</param>
    /// <param name="results">The nodes that are read.</param>
    /// <param name="limitFloats">The most floats that the buffers should take.</param>
    /// <exception cref="NetworkException">The network cannot be trained at that size.</exception>
    public static TrainingPlan Create(Func<StepFactory> createFactory, Network network, int height, int width, IReadOnlyList<int> results, long limitFloats)
    {
        var best = new TrainingPlan(createFactory(), network, height, width, results, []);
        if (best.Floats <= limitFloats) return best;
        var operations = best._operations;
        var cheapest = Enumerable.Range(0, operations.Length).Where(i => double.IsFinite(operations[i].CostPerValue)).OrderBy(i => operations[i].CostPerValue).ToArray();
        var givenUp = Array.Empty<int>();
        var (low, high) = (1, cheapest.Length);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var plan = new TrainingPlan(createFactory(), network, height, width, results, cheapest.Take(middle));
            var fits = plan.Floats <= limitFloats;
            if (fits || plan.Floats < best.Floats) (best, givenUp) = (plan, cheapest[..middle]);
            if (fits) high = middle - 1;
            else low = middle + 1;
        }

        // Where nothing fits, there is no room to keep anything more.
        if (best.Floats > limitFloats) return best;
        foreach (var operation in givenUp.OrderByDescending(i => operations[i].Cost))
        {
            var fewer = givenUp.Where(i => i != operation).ToArray();
            var plan = new TrainingPlan(createFactory(), network, height, width, results, fewer);
            if (plan.Floats <= limitFloats) (best, givenUp) = (plan, fewer);
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
