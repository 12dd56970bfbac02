using Secateur.Graph;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Maps;

/// <summary>
/// One pass through a batch norm: the layers that EXTD uses six times have six, each with its own batch statistics. Its numbers, six a channel,
/// stay in the workspace.
/// </summary>
internal sealed class NormPass(BatchNormNode node, StoredMap map)
{
    private readonly int _channels = map.Channels;

    public BatchNormNode Node { get; } = node;

    public StoredMap Map { get; } = map;

    /// <summary>Its numbers.</summary>
    public PlanBuffer Numbers { get; } = new(6L * map.Channels);

    /// <summary>gamma / std.</summary>
    public unsafe float* Scale(float* memory) => Row(memory, 0);

    /// <summary>beta.</summary>
    public unsafe float* Shift(float* memory) => Row(memory, 1);

    /// <summary>Mean of the batch.</summary>
    public unsafe float* Mean(float* memory) => Row(memory, 2);

    /// <summary>1 / std of the batch.</summary>
    public unsafe float* InverseDeviation(float* memory) => Row(memory, 3);

    /// <summary>What a deviation from the mean adds to its gradient.</summary>
    public unsafe float* GradientSlope(float* memory) => Row(memory, 4);

    /// <summary>What every element's gradient gets.</summary>
    public unsafe float* GradientShift(float* memory) => Row(memory, 5);

    private unsafe float* Row(float* memory, int row) => memory + Numbers.Offset + (row * _channels);
}
