using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training.Runs;
using Xunit;

namespace Secateur.Training.Tests.Runs;

public class ScheduleTests
{
    [Theory]
    [InlineData("eresfd", OptimizerKind.Adam, 330_000, new[] { 250_000L, 300_000, 320_000L })]
    [InlineData("extd64", OptimizerKind.Sgd, 480_000, new[] { 240_000L, 360_000L })]
    [InlineData("extd32", OptimizerKind.Sgd, 480_000, new[] { 240_000L, 360_000L })]
    [InlineData("my-own", OptimizerKind.Adam, 330_000, new[] { 250_000L, 300_000, 320_000L })]
    public void Recipes_are_the_published_ones(string architecture, OptimizerKind optimizer, int iterations, long[] milestones)
    {
        var recipe = RecipeOf(architecture);
        Assert.Equal((optimizer, iterations), (recipe.Optimizer, recipe.Iterations));
        Assert.Equal(milestones, recipe.MilestonesFor(iterations));
        Assert.Equal(milestones.Select(m => m / 1000), recipe.MilestonesFor(iterations / 1000));
        Assert.Equal(iterations, recipe.EpochsFor(1));
        Assert.Equal(iterations / 100, recipe.EpochsFor(100));
        Assert.True(recipe.EpochsFor(99) * 99 >= iterations);
    }

    [Fact]
    public void Milestones_of_very_long_trainings_do_not_overflow() =>
        Assert.All(RecipeOf("eresfd").MilestonesFor(int.MaxValue), m => Assert.InRange(m, 1_600_000_000L, int.MaxValue));

    [Fact]
    public void Soft_pruning_lowers_the_rate_at_epochs_50_and_100_of_200() =>
        Assert.Equal([50L * 17, 100 * 17], PruningSchedule.MilestonesFor(200 * 17).AsEnumerable());

    private static TrainingRecipe RecipeOf(string architecture) =>
        Architectures.Find(architecture)?.Training ?? Architectures.Of(TinyDetector.Create().Network).Training;

    [Fact]
    public void Training_is_one_phase()
    {
        var phase = Assert.Single(TrainingPhase.Of(Samples.Config));
        Assert.Equal(("train", 3, false), (phase.Name, phase.Epochs, phase.Frozen));
        Assert.Equal([6L, 9], phase.Schedule.Milestones.AsEnumerable());
        Assert.DoesNotContain(Enumerable.Range(0, 3), phase.PrunesAfter);
    }

    [Fact]
    public void Pruning_is_soft_first_and_frozen_then()
    {
        var phases = TrainingPhase.Of(Samples.PruningConfig);
        Assert.Equal([("soft", 3, false), ("finetune", 2, true)], phases.Select(p => (p.Name, p.Epochs, p.Frozen)));
        Assert.Equal([1, 2], Enumerable.Range(0, 3).Where(phases[0].PrunesAfter));
        Assert.DoesNotContain(Enumerable.Range(0, 2), phases[1].PrunesAfter);
        Assert.Equal([4L], phases[1].Schedule.Milestones.AsEnumerable());
    }

    [Fact]
    public void Phases_without_epochs_are_left_out()
    {
        var schedule = Samples.PruningConfig.Pruning!;
        Assert.Equal("finetune", Assert.Single(TrainingPhase.Of(Samples.PruningConfig with { Epochs = 0 })).Name);
        Assert.Equal("soft", Assert.Single(TrainingPhase.Of(Samples.PruningConfig with { Pruning = schedule with { FinetuneEpochs = 0 } })).Name);
    }
}
