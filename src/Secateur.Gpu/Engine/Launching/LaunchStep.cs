using Secateur.Training.Engine.Steps;

namespace Secateur.Gpu.Engine.Launching;

/// <summary>A step of the plan that is launches: which ones is said once all buffers have their places.</summary>
internal sealed class LaunchStep(string name, IEnumerable<PlanBuffer> buffers, Action<GpuProgram> bind) : IPlannedStep
{
    public string Name { get; } = name;

    // Maps move when their values are given up: what counts is where they are now.
    public IEnumerable<PlanBuffer> Buffers { get; } = [.. buffers];

    /// <summary>Adds the launches.</summary>
    public void Bind(GpuProgram program) => bind(program);
}
