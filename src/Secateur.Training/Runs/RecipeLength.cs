using System.Collections.Immutable;
using Secateur.Models;
using Secateur.Training.Optimization;

namespace Secateur.Training.Runs;

/// <summary>A published recipe over another number of steps.</summary>
internal static class RecipeLength
{
    /// <summary>The epochs that the published number of steps takes.</summary>
    public static int EpochsFor(this TrainingRecipe recipe, int stepsPerEpoch) => (int)Math.Ceiling((double)recipe.Iterations / stepsPerEpoch);

    /// <summary>The milestones of a training of <paramref name="steps"/> steps, in proportion.</summary>
    public static ImmutableArray<long> MilestonesFor(this TrainingRecipe recipe, long steps) => Scale(recipe.Milestones, recipe.Iterations, steps);

    /// <summary>Milestones of a training of <paramref name="from"/> steps in one of <paramref name="to"/>.</summary>
    public static ImmutableArray<long> Scale(ImmutableArray<long> milestones, long from, long to) =>
        to == 0 ? [] : new StepSchedule(1, milestones).Scale(from, to).Milestones;
}
