using System.Collections.Immutable;
using Secateur.Training.Optimization;

namespace Secateur.Training.Runs;

/// <summary>A part of a run with an optimiser of its own: plain training, soft pruning, or fine-tuning with frozen zeros.</summary>
/// <param name="Name">train, soft or finetune.</param>
/// <param name="Epochs">Its epochs.</param>
/// <param name="Schedule">The learning rate by the step of the phase.</param>
/// <param name="PruneEvery">Filters are zeroed after every so many epochs and after the last; 0 for never.</param>
/// <param name="Frozen">Whether the zeroed filters are held at zero.</param>
internal sealed record TrainingPhase(string Name, int Epochs, StepSchedule Schedule, int PruneEvery = 0, bool Frozen = false)
{
    /// <summary>The phases of a run; those without epochs are left out.</summary>
    public static ImmutableArray<TrainingPhase> Of(TrainingConfig config)
    {
        var schedule = new StepSchedule(config.LearningRate, config.Milestones);
        if (config.Pruning is not { } pruning) return [new TrainingPhase("train", config.Epochs, schedule)];
        var half = (long)pruning.FinetuneEpochs * config.StepsPerEpoch / 2;
        TrainingPhase[] phases =
        [
            new("soft", config.Epochs, schedule, PruneEvery: pruning.Every),
            new("finetune", pruning.FinetuneEpochs, new StepSchedule(config.LearningRate, [half]), Frozen: true),
        ];
        return [.. phases.Where(p => p.Epochs > 0)];
    }

    /// <summary>Whether filters are zeroed after an epoch (from 0) of this phase.</summary>
    public bool PrunesAfter(int epoch) => PruneEvery > 0 && ((epoch + 1) % PruneEvery == 0 || epoch + 1 == Epochs);
}
