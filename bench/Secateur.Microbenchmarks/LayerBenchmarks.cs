using BenchmarkDotNet.Attributes;
using Secateur.Bench.Inference;
using Secateur.Execution;
using Secateur.Runtime;
using Secateur.Training.Initialization;

namespace Secateur.Microbenchmarks;

/// <summary>Layers on one thread, as the plan of a network that has no others: whatever the plan chooses for them is what is measured.</summary>
public abstract class LayerBenchmarks : IDisposable
{
    private PlanWorkspace? _workspace;
    private PlanStep[] _steps = [];

    /// <summary>What can be measured.</summary>
    public abstract IEnumerable<LayerShape> Layers { get; }

    /// <summary>What is measured.</summary>
    [ParamsSource(nameof(Layers))]
    public LayerShape Layer { get; set; } = null!;

    /// <summary>Compiles the plan and fills its input.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        var plan = new InferenceEngine(Initializer.Create(Layer.ToNetwork(), 1)).PlanFor(Layer.Height, Layer.Width);
        _steps = Layer.LastStepOnly ? [plan.Steps[^1]] : [.. plan.Steps];
        _workspace = new PlanWorkspace(plan);
        _workspace.Run();
    }

    /// <summary>One image.</summary>
    [Benchmark]
    public void Run()
    {
        foreach (var step in _steps) _workspace!.Run(step);
    }

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _workspace?.Dispose();
        GC.SuppressFinalize(this);
    }
}
