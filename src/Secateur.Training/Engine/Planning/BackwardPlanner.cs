using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Operations;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Planning;

/// <summary>
/// Plans the backward pass: the operations in reverse. Values that were given up after the forward pass are computed again where they are needed,
/// with the same batch statistics.
/// </summary>
internal sealed class BackwardPlanner
{
    private readonly StepFactory _factory;
    private readonly Dictionary<StoredMap, Operation> _producers;
    private readonly HashSet<StoredMap> _missing;

    /// <param name="factory">Makes the steps.</param>
    /// <param name="operations">The operations of the forward pass.</param>
    /// <param name="given">Steps that write the gradients by the network's results.</param>
    /// <param name="givenUp">The maps whose values are no longer there.</param>
    public BackwardPlanner(StepFactory factory, IReadOnlyList<Operation> operations, IEnumerable<IPlannedStep> given, IEnumerable<StoredMap> givenUp)
    {
        _factory = factory;
        _producers = operations.ToDictionary(o => o.Output);
        _missing = [.. givenUp];
        Steps.AddRange(given);
        foreach (var operation in operations.Reverse()) Plan(operation);
    }

    /// <summary>The steps.</summary>
    public List<IPlannedStep> Steps { get; } = [];

    private void Plan(Operation operation)
    {
        var map = operation.Output;
        var views = map.Views.Where(v => v.Gradient is not null).ToList();
        if (views.Count == 0) return;
        foreach (var view in views)
        {
            if (view.Unwritten.ToArray() is { Length: > 0 } unwritten) Steps.Add(_factory.Fill(map, view.Gradient!, unwritten, 0));
        }

        if (views.Any(v => !v.IsIdentity)) Require(map);
        foreach (var input in operation.NeedsInputsBackward ? operation.Inputs : []) Require(input.View.Map);
        var learning = views.Where(v => v.Norm is not null || v.Activation.Slope is not null).ToList();
        if (learning.Count > 0) Steps.AddRange(_factory.ViewGradients(learning, Steps));
        Steps.AddRange(operation.Backward());
    }

    private void Require(StoredMap map)
    {
        if (!_missing.Remove(map)) return;
        var operation = _producers[map];
        foreach (var input in operation.Inputs) Require(input.View.Map);
        map.Raw = map.NewBuffer();
        Steps.Add(operation.Forward());
    }
}
