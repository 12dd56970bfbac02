using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Secateur.Runtime;
using Secateur.Runtime.Steps;

namespace Secateur.Bench.Inference;

/// <summary>A plan with memory of its own, to run its steps one by one on one thread.</summary>
internal sealed unsafe class PlanWorkspace : IDisposable
{
    private const int CacheLine = 64;

    // Bytes less the mean of a channel, as the networks see them.
    private const int Mean = 117;

    private readonly InferencePlan _plan;
    private readonly InputStep _input;
    private readonly float[] _image;
    private readonly int _height;
    private float* _memory;

    /// <summary>Takes memory, and fills an image [C, H, W] with noise.</summary>
    public PlanWorkspace(InferencePlan plan, int height)
    {
        var bytes = (nuint)plan.WorkspaceFloats(threads: 1) * sizeof(float);
        (_plan, _height) = (plan, height);
        _input = new InputStep(plan.Input) { Rows = new ValueRows(plan.Input.Channels) };
        var random = new Random(1);
        _image = [.. Enumerable.Range(0, plan.Input.Channels * height * plan.Input.Width).Select(_ => (float)(random.Next(256) - Mean))];
        _memory = (float*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(_memory, bytes);
        foreach (var step in plan.Preparation) step.Run(_memory, 0, 1);
    }

    /// <summary>The plan's steps and, before them, the one that brings in the image.</summary>
    public ImmutableArray<PlanStep> Steps => [_input, .. _plan.Steps];

    /// <summary>Runs one step.</summary>
    public void Run(PlanStep step)
    {
        fixed (float* image = _image)
        {
            ((ValueRows)_input.Rows!).Over(image, _height, _plan.Input.Width);
            step.Run(_memory, 0, 1);
        }
    }

    /// <summary>Runs all steps.</summary>
    public void Run()
    {
        foreach (var step in Steps) Run(step);
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
