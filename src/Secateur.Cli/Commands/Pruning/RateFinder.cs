using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.Pruning.Targets;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Cli.Commands.Pruning;

/// <summary>From what the user asked to a schedule with its rate, checked against the network.</summary>
internal static class RateFinder
{
    /// <summary>The schedule with the rate that meets the target, and what it gives in one shot; as it was, where there is no target.</summary>
    /// <exception cref="UsageException">A pattern names no layer, the rate takes no filter, or no rate meets the target.</exception>
    public static (PruningSchedule Schedule, ReachedTarget? Reached) Find(
        PruneOptions options,
        ParseResult parsed,
        Model model,
        PruningSchedule schedule,
        Func<FilterCriterion, IReadOnlyList<IReadOnlyDictionary<string, Tensor>>?> gradients,
        CancellationToken cancellation)
    {
        var path = parsed.GetValue(options.Source)!;
        var criterion = FilterCriteria.Create(schedule.Criterion, parsed.GetValue(options.Training.Seed));
        if (options.TargetOf(parsed) is not { } target)
        {
            Guard(() => Plan(schedule, model.Network).Check(model, criterion), Hint(path));
            return (schedule, null);
        }

        Guard(() => (schedule with { Rate = 0.5 }).ToPlan().Check(model, criterion), Hint(path));
        var measured = gradients(criterion);
        var gauge = Gauge(target, model, options.Training.TimingThreads(parsed));
        FoundRate? found = null;
        Guard(
            () => found = ProgressBar.Run($"finding the rate for {target}", progress =>
                UniformRate.Find(model, rate => (schedule with { Rate = rate }).ToPlan(), criterion, gauge, measured, progress, cancellation)),
            "");
        return (schedule with { Rate = found!.Rate }, new ReachedTarget(target, found.Reading));
    }

    private static PruningPlan Plan(PruningSchedule schedule, Network network)
    {
        var plan = schedule.ToPlan();
        plan.RequireEffect(network);
        return plan;
    }

    private static TargetGauge Gauge(PruningTarget target, Model model, int threads)
    {
        try
        {
            return new TargetGauge(target, model, threads);
        }
        catch (NetworkException error)
        {
            throw new UsageException($"--target {target}: {error.Message}");
        }
    }

    private static string Hint(string model) => $" (secateur inspect {model} lists the layers)";

    private static void Guard(Action check, string hint)
    {
        try
        {
            check();
        }
        catch (ArgumentException error)
        {
            throw new UsageException(Problem.Describe(error) + hint);
        }
    }
}
