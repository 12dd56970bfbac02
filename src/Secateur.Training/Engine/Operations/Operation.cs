using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations;

/// <summary>What computes a stored map: its step forward, and those backward.</summary>
internal abstract class Operation(StoredMap output)
{
    public StoredMap Output { get; } = output;

    /// <summary>The channels that it reads; absent ones count as zero.</summary>
    public abstract IEnumerable<ChannelRef> Inputs { get; }

    /// <summary>Whether its gradient needs the values of what it reads.</summary>
    public virtual bool NeedsInputsBackward => false;

    /// <summary>Arithmetic per value: what it costs to compute it again.</summary>
    public virtual double CostPerValue => double.PositiveInfinity;

    /// <summary>What it costs to compute all of an image's values again.</summary>
    public double Cost => CostPerValue * Output.Channels * Output.Positions;

    /// <summary>The step that computes the map from where its inputs are now to where it is now.</summary>
    public abstract IPlannedStep Forward();

    /// <summary>The steps that bring the gradient by the map to its inputs and parameters.</summary>
    public abstract IEnumerable<IPlannedStep> Backward();
}
