using System.CommandLine;
using System.Globalization;
using Secateur.Cli.Output;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur prune</c>: masks the filters that a criterion chooses.</summary>
internal static class PruneCommand
{
    private const string ExpectedRate = "at least 0 and less than 1";

    public static Command Create()
    {
        var source = CommonOptions.Model();
        var architecture = CommonOptions.Architecture();
        var criterion = CommonOptions.Choice(
            "--criterion", "fpgm: nearest the geometric median; l1, l2: smallest norm; random: a seeded baseline.", ["fpgm", "l1", "l2", "random"], "fpgm");
        var rate = CommonOptions.Number<double>("--rate", "The share of each layer's filters that goes, from 0 to below 1.", "R", ExpectedRate, IsRate);
        rate.Required = true;
        var layer = new Option<string[]>("--layer")
        {
            Description = "Another rate for the layers that a pattern names, e.g. --layer base.conv*=0.1; may be repeated, the last that matches holds.",
            HelpName = "PATTERN=R",
        };
        var exclude = new Option<string[]>("--exclude") { Description = "Layers to leave whole, by pattern; may be repeated.", HelpName = "PATTERN" };
        var epochs = CommonOptions.Number<int>(
            "--epochs", "Soft pruning epochs; 0, pruning in one shot, is the only value yet.", "N", "0: soft pruning while training is not there yet", n => n == 0, 0);
        var seed = CommonOptions.Number<int>("--seed", "Seed of the random criterion.", "N", "a whole number", _ => true, 0);
        var output = CommonOptions.Out("The masked model to write; MODEL-CRITERION-PERCENT.safetensors in the current folder when not given.");
        var json = CommonOptions.Json();
        var command = new Command("prune", """
            Zero the filters that a criterion finds dispensable; compact then removes them.

            Examples:
              secateur prune eresfd.safetensors --criterion fpgm --rate 0.3 --out pruned.safetensors
              secateur prune extd64.safetensors --criterion l1 --rate 0.5 --exclude base.0.* --layer upfeat.*=0.2
            """) { source, architecture, criterion, rate, layer, exclude, epochs, seed, output, json };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(source)!;
            var chosen = Criterion(parsed.GetValue(criterion)!, parsed.GetValue(seed));
            var plan = Plan(parsed.GetValue(rate), parsed.GetValue(layer) ?? [], parsed.GetValue(exclude) ?? []);
            var percent = (plan.Rate * 100).ToString("0.##", CultureInfo.InvariantCulture);
            var target = parsed.GetValue(output) ?? CommonOptions.DefaultOutput(path, $"-{chosen.Name}-{percent}");
            CommonOptions.RequirePlace(target, path);
            var model = parsed.ReadModel(source, architecture);
            var masked = plan.Select(model, chosen).Apply(model);
            var step = $"pruned in one shot: {chosen.Name} at {percent}%"
                + string.Concat((parsed.GetValue(exclude) ?? []).Select(p => $", without {p}").Concat((parsed.GetValue(layer) ?? []).Select(p => $", {p}")));
            var pruned = new Model(masked.Network, masked.Weights, masked.Info.WithStep(step));
            ModelFile.Write(target, pruned);
            var statistics = PruningStatistics.Of(pruned);
            if (parsed.GetValue(json))
            {
                Report.Json(new
                {
                    output = target,
                    criterion = chosen.Name,
                    plan.Rate,
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
                + $"{Figures.Count(statistics.NonZeroParameters)} of {Figures.Count(statistics.Parameters)} parameters left ({Figures.Percent(statistics.Sparsity)} sparse)");
        });
        return command;
    }

    private static bool IsRate(double rate) => rate is >= 0 and < 1;

    private static FilterCriterion Criterion(string name, int seed) => name switch
    {
        "fpgm" => new GeometricMedian(),
        "l1" => new L1Norm(),
        "l2" => new L2Norm(),
        _ => new RandomCriterion(seed),
    };

    private static PruningPlan Plan(double rate, string[] layers, string[] excluded)
    {
        var plan = new PruningPlan(rate);
        foreach (var text in layers)
        {
            var at = text.LastIndexOf('=');
            if (at <= 0 || !double.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var own) || !IsRate(own))
                throw new UsageException($"--layer is '{text}'; expected PATTERN=RATE with a rate of {ExpectedRate}");
            plan = plan.With(text[..at], own);
        }

        return excluded.Aggregate(plan, (p, pattern) => p.With(pattern, 0));
    }
}
