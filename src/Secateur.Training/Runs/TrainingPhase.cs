using System.Collections.Immutable;

namespace Secateur.Training.Runs;

/// <summary>A part of a run with an optimiser of its own: plain training, soft pruning, or fine-tuning with frozen zeros.</summary>
/// <param name="Name">train, soft or finetune.</param>
/// <param name="Epochs">Its epochs.</param>
/// <param name="Milestones">Steps of the phase after which the learning rate is a tenth.</param>
/// <param name="PruneEvery">Filters are zeroed after every so many epochs and after the last; 0 for never.</param>
/// <param name="Frozen">Whether the zeroed filters are held at zero.</param>
internal sealed record TrainingPhase(string Name, int Epochs, ImmutableArray<int> Milestones, int PruneEvery = 0, bool Frozen = false)
{
    /// <summary>The phases of a run; those without epochs are left out.</summary>
    public static ImmutableArray<TrainingPhase> Of(TrainingConfig config)
    {
        if (config.Pruning is not { } pruning) return [new TrainingPhase("train", config.Epochs, config.Milestones)];
        var half = pruning.FinetuneEpochs * config.StepsPerEpoch / 2;
        TrainingPhase[] phases =
        [
            new("soft", config.Epochs, config.Milestones, PruneEvery: pruning.Every),
            new("finetune", pruning.FinetuneEpochs, [half], Frozen: true),
        ];
        return [.. phases.Where(p => p.Epochs > 0)];
    }

    /// <summary>Whether filters are zeroed after an epoch (from 0) of this phase.</summary>
    public bool PrunesAfter(int epoch) => PruneEvery > 0 && ((epoch + 1) % PruneEvery == 0 || epoch + 1 == Epochs);
}
