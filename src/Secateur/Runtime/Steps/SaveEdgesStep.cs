using Secateur.Execution;

namespace Secateur.Runtime.Steps;

/// <summary>Goes before a <see cref="SeparableStep"/> that writes over its input: no part of it must find what another has written already.</summary>
internal sealed unsafe class SaveEdgesStep(SeparableStep step) : PlanStep(step.Name + ".edges")
{
    public override long ScratchFloats => step.ScratchFloats;

    public override void Run(float* memory, int part, int parts) => step.SaveEdges(memory, part, parts);
}
