using System.Collections.Immutable;
using System.Diagnostics;
using Secateur.Execution;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Simd;
using Secateur.Training.Engine.Binding;
using Secateur.Training.Engine.Planning;
using Secateur.Training.Engine.Steps;
using Secateur.Weights;

namespace Secateur.Training.Engine;

/// <summary>A training plan with its memory and threads: any network, any results. <see cref="TrainingEngine"/> is the one for detectors.</summary>
internal sealed unsafe class PlanExecutor : IDisposable
{
    private const int CacheLine = 64;

    // Kernels read a few vectors behind the last plane.
    private const int SlackFloats = 4096;

    private readonly BatchInput _input;
    private readonly EngineContext _context;
    private readonly ImmutableArray<PlanStep> _forward;
    private readonly ImmutableArray<PlanStep> _backward;
    private readonly WorkerTeam _team;
    private readonly Model _model;
    private readonly Workspace _workspace;
    private readonly long _scratchFloats;
    private bool _hasValues;

    /// <exception cref="NetworkException">The size is too small for the network, or there is not enough memory.</exception>
    public PlanExecutor(Model model, BatchInput input, IReadOnlyList<ResultBinding> results, TrainingEngineOptions options)
    {
        (_model, _input) = (model, input);
        var parameters = new ParameterVector(model);
        _context = new EngineContext
        {
            Level = SimdLevels.Detect(),
            Batch = options.OwnBatch,
            Chunks = options.Chunks,
            Collective = options.Collective,
            FrozenNorms = options.FrozenNorms,
            Parameters = parameters,
            Gradients = new float[parameters.Values.Length],
            Statistics = model.Network.Parameters.Where(p => !p.IsLearnable).ToDictionary(p => p.Name, p => (float[])model.Weights[p.Name].Data.Clone()),
        };
        var plan = TrainingPlan.Create(
            () => new ProcessorSteps(_context, input, results), model.Network, input.Height, input.Width, [.. results.Select(r => r.Node)], options.MemoryLimit / sizeof(float));
        (_forward, _backward) = ([.. plan.Forward.Cast<PlanStep>()], [.. plan.Backward.Cast<PlanStep>()]);
        var stride = (_forward.Concat(_backward).Max(s => s.ScratchFloats) + SlackFloats) / CacheLine * CacheLine;
        (_context.ScratchOffset, _context.ScratchFloats) = ((nint)plan.Floats, (nint)stride);
        _scratchFloats = stride * options.Threads;
        var floats = plan.Floats + _scratchFloats + SlackFloats;
        WorkspaceBytes = floats * sizeof(float);
        options.RequireMemory(WorkspaceBytes);

        // Kernels read, and drop, values between the maps: zeros are numbers.
        _workspace = new Workspace(WorkspaceBytes);
        _team = new WorkerTeam(options.Threads);
    }

    /// <summary>Read by each forward pass.</summary>
    public ParameterVector Parameters => _context.Parameters;

    /// <summary>Written by each backward pass.</summary>
    public float[] Gradients => _context.Gradients;

    /// <summary>Running means and variances by name.</summary>
    public IReadOnlyDictionary<string, float[]> Statistics => _context.Statistics;

    /// <summary>Bytes of feature maps, gradients and scratch memory.</summary>
    public long WorkspaceBytes { get; }

    /// <summary>What the threads' steps work in; whatever it holds between two steps, the results are the same.</summary>
    public Span<float> Scratch => new(_workspace.Memory + _context.ScratchOffset, checked((int)_scratchFloats));

    /// <summary>Called after each step of a pass with its kind and time; null, the default, costs nothing.</summary>
    public Action<string, TimeSpan>? Watch { get; set; }

    /// <exception cref="InvalidOperationException">An image was never set.</exception>
    public void Forward()
    {
        _input.RequireAll();
        Run(_forward);
        _hasValues = true;
    }

    /// <exception cref="InvalidOperationException">No forward pass since the last backward pass.</exception>
    public void Backward()
    {
        // It takes the place of values that it has used.
        if (!_hasValues) throw new InvalidOperationException("a backward pass needs a forward pass before it");
        _hasValues = false;
        Array.Clear(Gradients);
        Run(_backward);
    }

    /// <summary>A copy of the weights and statistics as they are now.</summary>
    public Model ToModel(ModelInfo info)
    {
        var statistics = Statistics.Select(s => KeyValuePair.Create(s.Key, new Tensor(_model.Network.Parameter(s.Key).Shape.AsSpan(), (float[])s.Value.Clone())));
        return new Model(_model.Network, Parameters.ToTensors().Concat(statistics), info);
    }

    public void Dispose()
    {
        if (_workspace.Memory is null) return;
        _team.Dispose();
        _workspace.Dispose();
    }

    private void Run(ImmutableArray<PlanStep> steps)
    {
        ObjectDisposedException.ThrowIf(_workspace.Memory is null, this);
        foreach (var step in steps.OfType<TrainingStep>()) step.Reset();
        if (Watch is { } watch)
        {
            foreach (var step in steps)
            {
                var start = Stopwatch.GetTimestamp();
                _team.Run([step], _workspace.Memory);
                watch(step.GetType().Name, Stopwatch.GetElapsedTime(start));
            }
        }
        else
        {
            _team.Run(steps, _workspace.Memory);
        }

        GC.KeepAlive(this);
    }
}
