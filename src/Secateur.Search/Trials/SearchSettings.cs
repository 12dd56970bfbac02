using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Secateur.Graph;
using Secateur.Pruning.Criteria;
using Secateur.Pruning.Targets;
using Secateur.Search.Space;
using Secateur.Training.Runs;

namespace Secateur.Search.Trials;

/// <summary>
/// All that a search depends on beside the model: saved in its folder. The same settings give the same trials, on any number of threads.
/// </summary>
public sealed record SearchSettings
{
    // B-FPGM: 60 random and 940 proposed trials, an epoch each (the authors' code and README).
    /// <summary>Trials where no number is given.</summary>
    public const int UsualTrials = 40;

    /// <summary>The most trials: those of B-FPGM.</summary>
    public const int MostTrials = 1000;

    // 5 in B-FPGM (the authors' code): a model that is a hundredth of the original too large counts like 0.05 more loss.
    private const double PenaltyFactor = 5;

    /// <summary>The run that follows; its schedule has the target, and no rates yet but those of single layers.</summary>
    public required TrainingConfig Run { get; init; }

    /// <summary>The layers that are pruned at one rate.</summary>
    public required ImmutableArray<LayerGroup> Groups { get; init; }

    /// <summary>Trials in all.</summary>
    public int Trials { get; init; } = UsualTrials;

    /// <summary>Epochs of a trial, with its filters frozen from the beginning.</summary>
    public int TrialEpochs { get; init; } = 1;

    /// <summary>Images that trials see, a fifth of them to measure on; all training images where it is null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TrialImages { get; init; }

    /// <summary>Trials that are chosen at a time, so that they can run at once; part of what the outcome depends on.</summary>
    public int Parallel { get; init; } = 1;

    /// <summary>Trials before the surrogate chooses: the uniform rate, then a Latin hypercube.</summary>
    [JsonIgnore]
    public int DesignTrials => Math.Min(Trials, Math.Max(4, 2 * Groups.Length));

    /// <summary>What the compacted model is to be.</summary>
    [JsonIgnore]
    public PruningTarget Target => PruningTarget.TryParse(Schedule.Target ?? "", out var target) ? target : throw new ArgumentException($"the target is '{Schedule.Target}', expected {PruningTarget.Expected}");

    /// <summary>The schedule of the run.</summary>
    [JsonIgnore]
    public PruningSchedule Schedule => Run.Pruning ?? throw new ArgumentException("the run of a search prunes; its schedule is missing");

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message says which and what was expected.</exception>
    public void Validate()
    {
        Run.Validate();
        if (Target.Metric == TargetMetric.Latency) throw new ArgumentException("a search needs a target that can be counted, parameters or macs: measured times differ from run to run");
        if (FilterCriteria.Create(Schedule.Criterion, 0).NeedsGradients) throw new ArgumentException($"a search needs a criterion without gradients; {Schedule.Criterion} needs them");
        if (Groups.IsDefaultOrEmpty || Groups.Any(g => g is null || string.IsNullOrEmpty(g.Name) || g.Patterns.IsDefaultOrEmpty)) throw new ArgumentException("a search needs layer groups with names and patterns");
        Check(Trials is > 0 and <= MostTrials, "trials", Trials, "1 to 1000");
        Check(TrialEpochs is > 0 and <= 10_000, "epochs of a trial", TrialEpochs, "1 to 10000");
        Check(TrialImages is null or >= 2, "images of a trial", TrialImages ?? 0, "2 or more");
        Check(Parallel is > 0 and <= 1024, "trials at a time", Parallel, "1 to 1024");
    }

    /// <summary>
    /// What is minimised: the loss, and a penalty where the compacted model misses the target; null where the trial diverged. B-FPGM's objective is the
    /// same but that its penalty ends trials that are more than 0.04 away from the target on either side.
    /// </summary>
    public double? Objective(Trial trial, TrialResult result) => result.Loss + (PenaltyFactor * Math.Max(0, trial.Size - Target.Limit));

    /// <summary>The run of a trial.</summary>
    public TrainingConfig ConfigOf(Trial trial, TrialData data) => Run with
    {
        Epochs = 0,
        Milestones = [],
        StepsPerEpoch = data.Training.StepsPerEpoch(Run.Batch),
        DataDigest = data.Training.Digest(),
        ValidateEvery = 0,
        Pruning = GroupRates.Apply(Schedule, Groups, trial.Rates) with { FinetuneEpochs = TrialEpochs, Target = null },
    };

    /// <summary>The run that follows, with the rates of a trial.</summary>
    public TrainingConfig RunWith(Trial trial) => Run with { Pruning = GroupRates.Apply(Schedule, Groups, trial.Rates) };

    private static void Check(bool holds, string what, int value, string expected)
    {
        if (!holds) throw new ArgumentException(FormattableString.Invariant($"{what} is {value}, expected {expected}"));
    }
}
