using System.CommandLine;
using Secateur.Cli.Options;
using Secateur.Cli.Output;

namespace Secateur.Cli.Commands;

/// <summary><c>secateur experiment status</c>: where the jobs of an experiment are.</summary>
internal static class ExperimentStatusCommand
{
    public static Command Create()
    {
        var place = Place();
        var json = CommonOptions.Json();
        var command = new Command("status", """
            Tell where the jobs of an experiment are, and why those that failed did.

            Examples:
              secateur experiment status
              secateur experiment status runs/experiment/paper-1 --json
            """) { place, json };
        command.SetAction(parsed =>
        {
            var experiment = ExperimentOptions.Find(parsed.GetValue(place));
            ExperimentDisplay.PrintStatus(experiment, ExperimentBoard.Look(experiment), parsed.GetValue(json));
            return 0;
        });
        return command;
    }

    /// <summary>An argument that names an experiment.</summary>
    public static Argument<string?> Place() => new("EXPERIMENT")
    {
        Description = $"The experiment's folder, or its name; the newest in {ExperimentOptions.DefaultFolder} when not given.",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
