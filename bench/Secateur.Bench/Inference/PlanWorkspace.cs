using System.Runtime.InteropServices;
using Secateur.Runtime;

namespace Secateur.Bench.Inference;

/// <summary>A plan with memory of its own, to run its steps one by one on one thread.</summary>
internal sealed unsafe class PlanWorkspace : IDisposable
{
    private const int CacheLine = 64;

    // Bytes less the mean of a channel, as the networks see them.
    private const int Mean = 117;

    private readonly InferencePlan _plan;
    private readonly Random _random = new(1);
    private float* _memory;

    public PlanWorkspace(InferencePlan plan)
    {
        var bytes = (nuint)plan.WorkspaceFloats(threads: 1) * sizeof(float);
        _plan = plan;
        _memory = (float*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(_memory, bytes);
        foreach (var step in plan.Preparation) step.Run(_memory, 0, 1);
    }

    /// <summary>Fills the input with noise.</summary>
    public void SetInput()
    {
        var layout = _plan.Input.Layout;
        foreach (var plane in _plan.Input.Planes)
        {
            for (var i = 0; i < layout.Positions; i++) _memory[plane + i] = _random.Next(256) - Mean;
            layout.ClearHalo(_memory + plane, 0, layout.Positions);
        }
    }

    /// <summary>Runs one step.</summary>
    public void Run(int step) => _plan.Steps[step].Run(_memory, 0, 1);

    /// <summary>Runs all steps.</summary>
    public void Run()
    {
        foreach (var step in _plan.Steps) step.Run(_memory, 0, 1);
    }

    /// <summary>A result of the last run.</summary>
    public ResultMap Result(int node) => new(_memory, _plan.Results[node]);

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }
}
