using System.Runtime.InteropServices;
using Secateur.Execution;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Planning;

namespace Secateur.Bench.Inference;

/// <summary>A plan with memory of its own, to run its steps one by one on one thread.</summary>
internal sealed unsafe class PlanWorkspace : IDisposable
{
    private const int CacheLine = 64;

    // Of bytes, as the networks see them.
    private const float Mean = 117;

    private readonly InferencePlan _plan;
    private float* _memory;
    private void* _image;

    /// <summary>Takes memory, and fills an image with noise: pixels where the plan reads three channels.</summary>
    public PlanWorkspace(InferencePlan plan)
    {
        var bytes = (nuint)plan.WorkspaceFloats(threads: 1) * sizeof(float);
        var (channels, height, width) = plan.Image.Shape;
        var values = channels * height * width;
        var random = new SeededRandom(1);
        _plan = plan;
        _image = NativeMemory.AlignedAlloc((nuint)values * sizeof(float), CacheLine);
        _memory = (float*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        NativeMemory.Clear(_memory, bytes);
        if (channels == 3)
        {
            random.NextBytes(new Span<byte>(_image, values));
            plan.Image.In(_memory) = new ImagePointer((byte*)_image);
        }
        else
        {
            foreach (ref var value in new Span<float>(_image, values)) value = random.NextIndex(256) - Mean;
            plan.Image.In(_memory) = new ImagePointer((float*)_image);
        }

        foreach (var step in plan.Preparation) step.Run(_memory, 0, 1);
    }

    /// <summary>Runs one step.</summary>
    public void Run(PlanStep step) => step.Run(_memory, 0, 1);

    /// <summary>Runs all steps.</summary>
    public void Run()
    {
        foreach (var step in _plan.Steps) Run(step);
    }

    /// <summary>A result of the last run.</summary>
    public ResultMap Result(int node) => new(_memory, _plan.Results[node]);

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.AlignedFree(_image);
        _memory = null;
        _image = null;
    }
}
