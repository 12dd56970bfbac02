using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Kernels;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.Training;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Cli.Commands.Pruning;

/// <summary>Pruning without training.</summary>
internal static class OneShotPruning
{
    /// <summary>Prunes, writes the masked model, and the mask where one is wanted.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(PruneOptions options, ParseResult parsed, Collective ranks, CancellationToken cancellation)
    {
        var target = options.OneShotOutputOf(parsed, ranks);
        var model = parsed.ReadFloats(options.Source, options.Architecture);
        var outcome = options.MaskOf(parsed) is { } mask ? Masked(model, mask, options.ScheduleOf(parsed)) : Chosen(options, parsed, model, ranks, cancellation);
        if (!ranks.IsFirst) return 0;
        ModelFile.Write(target, outcome.Model);
        if (options.SavedMaskOf(parsed) is { } saved) FilterMaskFile.Write(saved, FilterMask.FromZeros(outcome.Model), model.Network);
        Print(target, outcome, options.SavedMaskOf(parsed), parsed.GetValue(options.Training.Json));
        return 0;
    }

    /// <summary>What came out.</summary>
    /// <param name="Model">The masked model.</param>
    /// <param name="Schedule">How it was made.</param>
    /// <param name="Reached">The target, if there was one.</param>
    /// <param name="Batches">Batches on which gradients were measured; null where none were.</param>
    /// <param name="Device">Where they were measured.</param>
    private sealed record Outcome(Model Model, PruningSchedule Schedule, ReachedTarget? Reached = null, int? Batches = null, string? Device = null);

    private static Outcome Masked(Model model, string mask, PruningSchedule schedule)
    {
        var masked = FilterMaskFile.Read(mask, model.Network).Apply(model);
        return new Outcome(new Model(masked.Network, masked.Weights, masked.Info.WithStep($"pruned in one shot: {schedule.Describe()}")), schedule);
    }

    private static Outcome Chosen(PruneOptions options, ParseResult parsed, Model model, Collective ranks, CancellationToken cancellation)
    {
        ComputeDevice? device = null;
        IReadOnlyList<IReadOnlyDictionary<string, Tensor>>? gradients = null;
        try
        {
            var (schedule, reached) = RateFinder.Find(options, parsed, model, options.ScheduleOf(parsed), Measured, cancellation);
            var criterion = FilterCriteria.Create(schedule.Criterion, parsed.GetValue(options.Training.Seed));
            var masked = schedule.ToPlan().Select(model, criterion, Measured(criterion)).Apply(model);
            var step = $"pruned in one shot: {schedule.Criterion} at {PruneOptions.Percent(schedule.Rate)}%{schedule.DescribeExceptions()}";
            var pruned = new Model(masked.Network, masked.Weights, masked.Info.WithStep(step));
            return new Outcome(pruned, schedule, reached, gradients?.Count, device?.Backend.Device);
        }
        finally
        {
            device?.Dispose();
        }

        IReadOnlyList<IReadOnlyDictionary<string, Tensor>>? Measured(FilterCriterion criterion) => criterion.NeedsGradients
            ? gradients ??= Gradients.Measure(options, parsed, model, options.ScheduleOf(parsed), device ??= options.OpenDevice(parsed, ranks), cancellation)
            : null;
    }

    private static void Print(string output, Outcome outcome, string? savedMask, bool json)
    {
        var (schedule, statistics) = (outcome.Schedule, PruningStatistics.Of(outcome.Model));
        if (json)
        {
            Report.Json(new
            {
                output,
                criterion = schedule.Mask is null ? schedule.Criterion : null,
                rate = schedule.Mask is null ? (double?)schedule.Rate : null,
                schedule.RoundTo,
                schedule.Mask,
                target = outcome.Reached?.ToJson(),
                savedMask,
                outcome.Batches,
                outcome.Device,
                statistics.Parameters,
                statistics.NonZeroParameters,
                statistics.Sparsity,
                statistics.Filters,
                statistics.ZeroFilters,
                statistics.Layers,
            });
            return;
        }

        Report.Line($"{output}: {statistics.ZeroFilters} of {statistics.Filters} filters zeroed, "
            + $"{Figures.Count(statistics.NonZeroParameters)} of {Figures.Count(statistics.Parameters)} parameters left{(statistics.ZeroFilters > 0 ? $" ({Figures.Percent(statistics.Sparsity)} sparse)" : "")}");
        if (outcome.Reached is { } reached)
            Report.Line(FormattableString.Invariant($"{output}: rate {schedule.Rate:0.####}; compacted: {reached.Describe()}"));
        if (savedMask is not null) Report.Line($"{savedMask}: the mask");
    }
}
