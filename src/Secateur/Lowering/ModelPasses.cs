using Secateur.Lowering.Narrowing;

namespace Secateur.Lowering;

/// <summary>Every pass that there is, in the orders in which they run.</summary>
public static class ModelPasses
{
    private static readonly ModelPass Fold = new("fold-batch-norm", "batch norms go into the convolutions before them", FoldBatchNorm.Run);

    private static readonly ModelPass ClearSubnormals =
        new("clear-subnormals", "weights too small for a normal float become zeros: they change nothing and cost much", Subnormals.Clear);

    /// <summary>What makes a masked model small, for its file.</summary>
    public static PassPipeline Compaction { get; } = new("compaction",
    [
        Fold,
        new("clear-dead", "filters whose weights are all next to nothing become zeros", DeadFilters.Clear),
        new("narrow", "channels that are constant or unused go; layers that share weights still share them", model => Rewriter.Run(model, sharesWeights: true)),
    ]);

    /// <summary>What a model goes through before other programs get it.</summary>
    public static PassPipeline Exchange { get; } = new("exchange", [Fold, ClearSubnormals]);

    /// <summary>What a model goes through when it is loaded to run.</summary>
    public static PassPipeline Inference { get; } = new("inference",
    [
        Fold,
        ClearSubnormals,
        new("narrow-uses", "each use of a shared layer computes no more than it must, where that pays and the network is small enough", InferenceForm.NarrowUses),
    ]);
}
