using System.Globalization;
using Secateur.Cli.Output;
using Secateur.Kernels;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary>Pruning without training.</summary>
internal static class OneShotPruning
{
    /// <summary>The model with the chosen filters zero.</summary>
    public static Model Run(Model model, PruningSchedule schedule, FilterCriterion criterion, IReadOnlyList<IReadOnlyDictionary<string, Tensor>>? gradients)
    {
        var masked = schedule.ToPlan().Select(model, criterion, gradients).Apply(model);
        var others = schedule.LayerRates.Select(l => l.Rate == 0 ? $", without {l.Pattern}" : string.Create(CultureInfo.InvariantCulture, $", {l.Pattern}={l.Rate}"));
        var step = $"pruned in one shot: {criterion.Name} at {PruneCommand.Percent(schedule.Rate)}%{string.Concat(others)}";
        return new Model(masked.Network, masked.Weights, masked.Info.WithStep(step));
    }

    /// <summary>Tells what came out.</summary>
    public static void Print(string target, PruningSchedule schedule, int? batches, string? device, Model pruned, bool json)
    {
        var statistics = PruningStatistics.Of(pruned);
        if (json)
        {
            Report.Json(new
            {
                output = target,
                schedule.Criterion,
                schedule.Rate,
                batches,
                device,
                statistics.Parameters,
                statistics.NonZeroParameters,
                statistics.Sparsity,
                statistics.Filters,
                statistics.ZeroFilters,
                statistics.Layers,
            });
            return;
        }

        Report.Line($"{target}: {statistics.ZeroFilters} of {statistics.Filters} filters zeroed, "
            + $"{Figures.Count(statistics.NonZeroParameters)} of {Figures.Count(statistics.Parameters)} parameters left{(statistics.ZeroFilters > 0 ? $" ({Figures.Percent(statistics.Sparsity)} sparse)" : "")}");
    }
}
