using System.CommandLine;
using Secateur.Experiments.Slurm;

namespace Secateur.Cli.Options;

/// <summary>Where jobs are done: here, or in a cluster.</summary>
internal sealed class ClusterOptions
{
    private const string Slurm = "slurm";

    private readonly Option<string?> _executor = CommonOptions.Choice("--executor", "Where jobs are done: in processes of this machine, or as jobs and arrays of Slurm, which go on without this process.", ["local", Slurm], "local");
    private readonly Option<string?> _partition = new("--partition") { Description = "With slurm: the partition.", HelpName = "NAME" };
    private readonly Option<string?> _gpus = new("--gpus") { Description = "With slurm: GPUs of each job, as sbatch takes them.", HelpName = "N" };
    private readonly Option<string?> _time = new("--time") { Description = "With slurm: the time limit of each job, as sbatch takes it.", HelpName = "TIME" };
    private readonly Option<bool> _wait = new("--wait") { Description = "With slurm: wait until all jobs have ended." };

    /// <summary>Adds them to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="local">What means something on this machine alone.</param>
    public void AddTo(Command command, Option local)
    {
        Option[] ofSlurm = [_partition, _gpus, _time, _wait];
        foreach (var option in ofSlurm.Prepend(_executor)) command.Options.Add(option);
        command.Validators.Add(result =>
        {
            var isSlurm = result.GetValue(_executor) == Slurm;
            if (!isSlurm && Array.Find(ofSlurm, result.IsGiven) is { } option) result.AddError($"{option.Name} needs --executor {Slurm}");
            else if (isSlurm && result.IsGiven(local)) result.AddError($"{local.Name} is for --executor local; Slurm decides how many jobs run at the same time");
        });
    }

    public bool IsSlurm(ParseResult parsed) => parsed.GetValue(_executor) == Slurm;

    public bool Waits(ParseResult parsed) => parsed.GetValue(_wait);

    /// <summary>What is asked of the cluster.</summary>
    public SlurmOptions Options(ParseResult parsed, int threads) => new(parsed.GetValue(_partition), parsed.GetValue(_gpus), parsed.GetValue(_time), threads);
}
