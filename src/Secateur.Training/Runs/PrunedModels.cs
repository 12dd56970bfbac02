using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;

namespace Secateur.Training.Runs;

/// <summary>What a pruning run ends with: the masked model, and the compacted one once it is shown to compute the same.</summary>
internal static class PrunedModels
{
    /// <exception cref="InvalidOperationException">The compacted model computes something else; it is not written.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static PruningResult Write(RunFolder folder, int imageSize)
    {
        var masked = ModelFile.Read(folder.Last);
        ModelFile.Write(folder.Masked, masked);
        var (compacted, difference) = VerifiedCompaction.Of(masked);
        ModelFile.Write(folder.Compacted, compacted);
        return new PruningResult(PruningStatistics.Of(masked), CompactionReport.Of(masked, compacted, imageSize, imageSize), difference);
    }
}
