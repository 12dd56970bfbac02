using Secateur.Graph;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Operations;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Planning;

/// <summary>
/// What a training plan is made of on some kind of device. Planners decide what is kept, how it is read and in which order it is computed; the steps
/// that compute it come from here.
/// </summary>
internal abstract class StepFactory
{
    /// <summary>N.</summary>
    public abstract int Batch { get; }

    /// <summary>The images over which batch norms take their statistics: those of all processes.</summary>
    public virtual int WholeBatch => Batch;

    /// <summary>Whether norms use their running statistics in place of those.</summary>
    public virtual bool FrozenNorms => false;

    /// <summary>Where the learnable parameters lie.</summary>
    public abstract ParameterVector Parameters { get; }

    /// <summary>Brings the images of the batch into a map.</summary>
    public abstract IPlannedStep Input(StoredMap map);

    /// <summary>Fills whole planes of a map's buffer with one value.</summary>
    public abstract IPlannedStep Fill(StoredMap map, PlanBuffer buffer, int[] channels, float value);

    /// <summary>Whether the gradients by the channels that a convolution reads are written at the same time, whatever its groups.</summary>
    public abstract bool WritesChannelsTogether { get; }

    /// <summary>A convolution. With several groups, or where <see cref="WritesChannelsTogether"/>, no two of its inputs are the same channel.</summary>
    public abstract Operation Convolve(Network network, Conv2dNode node, ChannelRef[] inputs, StoredMap output);

    /// <summary>A sum of two operands, weighted by <paramref name="fusion"/> where there is one, or a copy of one operand.</summary>
    public abstract Operation Merge(string name, ChannelRef?[][] operands, WeightedFusionNode? fusion, StoredMap output);

    /// <summary>An upsampling.</summary>
    public abstract Operation Upsample(UpsampleNode node, ChannelRef[] inputs, MapShape from, StoredMap output);

    /// <summary>A max-pooling.</summary>
    public abstract Operation MaxPool(MaxPool2dNode node, ChannelRef[] inputs, MapShape from, StoredMap output);

    /// <summary>A max-out.</summary>
    public abstract Operation MaxOut(MaxOutNode node, ChannelRef[] inputs, StoredMap output);

    /// <summary>Whether PReLUs may have a slope for each channel.</summary>
    public virtual bool TakesSlopesByChannel => false;

    /// <summary>What makes each plane of one plane of each operand: clips, sigmoids, products, average pools.</summary>
    /// <param name="node">The node.</param>
    /// <param name="operands">The channels of each operand.</param>
    /// <param name="from">The shape of each.</param>
    /// <param name="output">The result.</param>
    /// <exception cref="NetworkException">The device has no such step.</exception>
    public virtual Operation Planewise(Node node, ChannelRef[][] operands, MapShape[] from, StoredMap output) =>
        throw new NetworkException($"{node.Name}: {node.GetType().Name} cannot run on this device");

    /// <summary>Batch statistics of a map, the coefficients of a norm over it, and its running statistics.</summary>
    /// <param name="norm">The norm.</param>
    /// <param name="producer">The step that computes the map.</param>
    public abstract IEnumerable<IPlannedStep> Norm(NormPass norm, IPlannedStep producer);

    /// <summary>The gradients by norms and slopes of the ways in which a map is read, from those by the views.</summary>
    /// <param name="views">The views that have a norm or a slope.</param>
    /// <param name="earlier">The steps so far, the ones that write the gradients among them.</param>
    public abstract IEnumerable<IPlannedStep> ViewGradients(IReadOnlyList<ReadView> views, IReadOnlyList<IPlannedStep> earlier);

    /// <summary>Brings the network's result <paramref name="index"/> out.</summary>
    public abstract IPlannedStep Result(int index, ChannelRef[] channels);

    /// <summary>Brings the gradient by the network's result <paramref name="index"/> in.</summary>
    public abstract IPlannedStep ResultGradient(int index, ChannelRef[] channels);

    /// <summary>What runs before all else, once everything is planned.</summary>
    public abstract IEnumerable<IPlannedStep> Prologue();

    /// <summary>What ends the backward pass.</summary>
    public virtual IEnumerable<IPlannedStep> Epilogue() => [];
}
