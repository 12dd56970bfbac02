namespace Secateur.Pruning.Criteria;

/// <summary>
/// The scale of the batch norm that follows (Liu et al., "Learning Efficient Convolutional Networks through Network Slimming", ICCV 2017): the score of
/// filter j is |gamma_j|.
/// </summary>
public sealed class NormScale : FilterCriterion
{
    /// <inheritdoc/>
    public override string Name => "bn";

    /// <inheritdoc/>
    public override string Description => "smallest scale of the batch norm that follows";

    /// <inheritdoc/>
    public override string? Refuses(FilterGroup group) => group.Norm is null ? "no batch norm follows it" : null;

    /// <inheritdoc/>
    public override double[] Score(FilterGroup group) => [.. group.Model.Weights[group.Norm!.Gamma].Data.Select(gamma => Math.Abs((double)gamma))];
}
