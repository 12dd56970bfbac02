using System.Collections.Immutable;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;

namespace Secateur.Training.Runs;

/// <summary>What a finished run made.</summary>
/// <param name="Folder">Where it all is.</param>
/// <param name="Metrics">The epochs.</param>
/// <param name="Best">The precision of the best model, or with distillation its loss; null where nothing was validated.</param>
/// <param name="Pruning">What pruning gave; null where the run only trained, and in all processes but the first.</param>
public sealed record TrainingResult(RunFolder Folder, ImmutableArray<EpochMetrics> Metrics, double? Best, PruningResult? Pruning);

/// <summary>What pruning gave.</summary>
/// <param name="Masked">How sparse the masked model is.</param>
/// <param name="Size">Masked against compacted, at the size that was trained at.</param>
/// <param name="MaxRelativeDifference">Of the outputs of the two, see <see cref="CompactionCheck"/>.</param>
public sealed record PruningResult(PruningStatistics Masked, CompactionReport Size, double MaxRelativeDifference);
