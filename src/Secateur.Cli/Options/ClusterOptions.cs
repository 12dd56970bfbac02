using System.CommandLine;
using System.CommandLine.Parsing;
using Secateur.Experiments.Slurm;

namespace Secateur.Cli.Options;

/// <summary>Where jobs are done: here, or in a cluster.</summary>
/// <param name="what">What they are, for the help.</param>
internal sealed class ClusterOptions(string what)
{
    private const string Slurm = "slurm";

    private readonly Option<string?> _executor = CommonOptions.Choice("--executor", $"Where {what} run: on this machine, or as jobs and arrays of Slurm.", ["local", Slurm], "local");
    private readonly Option<string?> _partition = new("--partition") { Description = "With slurm: the partition.", HelpName = "NAME" };
    private readonly Option<string?> _gpus = new("--gpus") { Description = "With slurm: GPUs of each job, as sbatch takes them.", HelpName = "N" };
    private readonly Option<string?> _time = new("--time") { Description = "With slurm: the time limit of each job, as sbatch takes it.", HelpName = "TIME" };

    /// <summary>All of them.</summary>
    public Option[] All => [_executor, _partition, _gpus, _time];

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="problem">What else may be wrong with the choice of an executor, which it is given; null where nothing is.</param>
    /// <param name="ofSlurm">What means something to Slurm alone.</param>
    public void AddTo(Command command, Func<Option, CommandResult, string?> problem, params ReadOnlySpan<Option> ofSlurm)
    {
        Option[] forSlurm = [_partition, _gpus, _time, .. ofSlurm];
        foreach (var option in (Option[])[.. All, .. ofSlurm]) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_executor) != Slurm && Array.Find(forSlurm, result.IsGiven) is { } option) result.AddError($"{option.Name} needs --executor {Slurm}");
            else if (problem(_executor, result) is { } other) result.AddError(other);
        });
    }

    /// <summary>Whether they run in a cluster.</summary>
    public bool IsSlurm(ParseResult parsed) => parsed.GetValue(_executor) == Slurm;

    /// <summary>The same, while options are checked.</summary>
    public bool IsSlurm(CommandResult result) => result.GetValue(_executor) == Slurm;

    /// <summary>What is asked of the cluster.</summary>
    public SlurmOptions Options(ParseResult parsed, int threads) => new(parsed.GetValue(_partition), parsed.GetValue(_gpus), parsed.GetValue(_time), threads);
}
