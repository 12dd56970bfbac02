namespace Secateur.Training.Engine.Steps;

/// <summary>A step of a training plan, whatever computes it.</summary>
internal interface IPlannedStep
{
    /// <summary>The node whose result it computes.</summary>
    string Name { get; }

    /// <summary>The buffers that it reads or writes.</summary>
    IEnumerable<PlanBuffer> Buffers { get; }
}
