using System.Collections.Immutable;
using Secateur.Training.Optimization;

namespace Secateur.Training.Runs;

/// <summary>How the published networks were trained from scratch, batch 16 (EXTD, arXiv 1906.06579; EResFD, arXiv 2204.01209).</summary>
/// <param name="Optimizer">The optimiser.</param>
/// <param name="Iterations">Steps in all.</param>
/// <param name="Milestones">Steps after which the learning rate is a tenth.</param>
public sealed record TrainingRecipe(OptimizerKind Optimizer, int Iterations, ImmutableArray<long> Milestones)
{
    private static readonly TrainingRecipe Extd = new(OptimizerKind.Sgd, 480_000, [240_000, 360_000]);
    private static readonly TrainingRecipe EResFd = new(OptimizerKind.Adam, 330_000, [250_000, 300_000, 320_000]);

    /// <summary>The recipe of an architecture; networks of neither family are trained as EResFD is.</summary>
    public static TrainingRecipe For(string architecture) => architecture.StartsWith("extd", StringComparison.Ordinal) ? Extd : EResFd;

    /// <summary>The epochs that the published number of steps takes.</summary>
    public int EpochsFor(int stepsPerEpoch) => (int)Math.Ceiling((double)Iterations / stepsPerEpoch);

    /// <summary>The milestones of a training of <paramref name="steps"/> steps, in proportion.</summary>
    public ImmutableArray<long> MilestonesFor(long steps) => steps == 0 ? [] : new StepSchedule(1, Milestones).Scale(Iterations, steps).Milestones;

    /// <summary>The milestones of soft pruning: a quarter and half of the way (epochs 50 and 100 of 200, arXiv 2311.16613).</summary>
    public static ImmutableArray<long> SoftPruningMilestones(long steps) => steps == 0 ? [] : new StepSchedule(1, [1, 2]).Scale(4, steps).Milestones;
}
