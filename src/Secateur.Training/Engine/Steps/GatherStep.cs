using Secateur.Execution;

namespace Secateur.Training.Engine.Steps;

/// <summary>Brings the other processes' partial sums into their chunks, for whoever sums over all chunks next.</summary>
/// <param name="name">The node whose sums they are.</param>
/// <param name="context">What all steps share.</param>
/// <param name="partials">The partial sums, a chunk after another.</param>
/// <param name="floats">Floats of a chunk.</param>
internal sealed unsafe class GatherStep(string name, EngineContext context, PlanBuffer partials, int floats) : PlanStep(name), IPlannedStep
{
    public IEnumerable<PlanBuffer> Buffers => [partials];

    /// <summary>On the caller's thread: only one at a time may talk to the others.</summary>
    public override void Run(float* memory, int part, int parts)
    {
        if (part == 0) context.Collective.Gather(new Span<byte>(memory + partials.Offset, checked(context.Chunks * floats * sizeof(float))));
    }
}
