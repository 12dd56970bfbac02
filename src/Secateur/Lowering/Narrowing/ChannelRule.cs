using System.Collections.Frozen;
using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering.Narrowing;

/// <summary>What narrowing must know of an operation: what it needs of its inputs, what its channels are, and how it is written again.</summary>
internal abstract class ChannelRule
{
    private static readonly FrozenDictionary<Type, ChannelRule> Rules = new Dictionary<Type, ChannelRule>
    {
        [typeof(InputNode)] = new InputRule(),
        [typeof(OnesNode)] = new OnesRule(),
        [typeof(Conv2dNode)] = new ConvRule(),
        [typeof(ReluNode)] = new ReluRule(),
        [typeof(PReluNode)] = new PReluRule(),
        [typeof(ClipNode)] = new ClipRule(),
        [typeof(SigmoidNode)] = new SigmoidRule(),
        [typeof(MultiplyNode)] = new MultiplyRule(),
        [typeof(AddNode)] = new MergeRule(),
        [typeof(WeightedFusionNode)] = new MergeRule(),
        [typeof(UpsampleNode)] = new UpsampleRule(),
        [typeof(MaxPool2dNode)] = new MaxPoolRule(),
        [typeof(AveragePool2dNode)] = new AveragePoolRule(),
        [typeof(GlobalAveragePoolNode)] = new GlobalAveragePoolRule(),
        [typeof(ConcatNode)] = new ConcatRule(),
        [typeof(SelectNode)] = new SelectRule(),
        [typeof(MaxOutNode)] = new MaxOutRule(),
    }.ToFrozenDictionary();

    /// <summary>The rule of a node's operation.</summary>
    /// <exception cref="NetworkException">The operation has none.</exception>
    public static ChannelRule Of(Node node) =>
        Rules.GetValueOrDefault(node.GetType()) ?? throw new NetworkException($"'{node.Name}' ({node.GetType().Name}) cannot be compacted");

    /// <summary>Backward: marks the channels of the inputs that the needed channels of the result need.</summary>
    public abstract void MarkNeeded(Model model, Node node, bool[] result, bool[][] needed);

    /// <summary>Forward: sets the kind of each channel, and the number that a constant one is.</summary>
    public abstract void Evaluate(ChannelValues values, int v, Node node);

    /// <summary>Marks the channels that must be carried because others are.</summary>
    public abstract void Grow(CarriedChannels carried, int v, Node node);

    /// <summary>Writes the carried channels as maps, as far as they come from carried channels of the inputs, and sets their shifts.</summary>
    /// <returns>The maps, and what is to be added to them; either may be missing.</returns>
    public abstract (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, Node node);

    /// <summary>Writes channels that are patterns, as maps that follow from planes of ones.</summary>
    public abstract Part WritePattern(FixedValues values, int v, Node node, ImmutableArray<int> channels);
}

/// <summary>A rule over one type of node.</summary>
internal abstract class ChannelRule<TNode> : ChannelRule
    where TNode : Node
{
    public sealed override void MarkNeeded(Model model, Node node, bool[] result, bool[][] needed) => MarkNeeded(model, (TNode)node, result, needed);

    public sealed override void Evaluate(ChannelValues values, int v, Node node) => Evaluate(values, v, (TNode)node);

    public sealed override void Grow(CarriedChannels carried, int v, Node node) => Grow(carried, v, (TNode)node);

    public sealed override (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, Node node) => Write(rewriter, v, (TNode)node);

    public sealed override Part WritePattern(FixedValues values, int v, Node node, ImmutableArray<int> channels) => WritePattern(values, v, (TNode)node, channels);

    protected abstract void MarkNeeded(Model model, TNode node, bool[] result, bool[][] needed);

    protected abstract void Evaluate(ChannelValues values, int v, TNode node);

    protected abstract void Grow(CarriedChannels carried, int v, TNode node);

    protected abstract (Part? Maps, Part? Added) Write(Rewriter rewriter, int v, TNode node);

    protected abstract Part WritePattern(FixedValues values, int v, TNode node, ImmutableArray<int> channels);
}
