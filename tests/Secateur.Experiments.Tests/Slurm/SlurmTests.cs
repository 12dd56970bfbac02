using System.Diagnostics;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Slurm;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Experiments.Tests.Slurm;

/// <summary>Experiments through a real Slurm of one machine, which a script starts.</summary>
[Collection(SlurmGroup.Name)]
public sealed class SlurmTests : IDisposable
{
    private static readonly string Script = Path.Combine(SharedData.RepositoryRoot, "tests", "Secateur.Experiments.Tests", "Slurm", "slurm.sh");
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [SlurmFact]
    public async Task An_experiment_runs_through_Slurm_and_cancels_and_goes_on_and_so_does_a_search()
    {
        await Bash("start");
        Environment.SetEnvironmentVariable("SLURM_CONF", _temporary.PathOf("slurm", "slurm.conf"));
        try
        {
            var folder = _temporary.PathOf("smoke");
            string[] smoke = ["experiment", "--smoke", "--networks", "eresfd", "--rates", "0.5", "--threads", "1", "--out", _temporary.Root, "--executor", "slurm"];
            var (code, _, error) = await Secateur([.. smoke, "--name", "smoke", "--wait"]);
            Assert.True(code == 0, error);
            var experiment = Experiment.Open(folder);
            Assert.All(JobBoard.Read(experiment), s => Assert.Equal(JobState.Done, s.State));
            Assert.True(File.Exists(Path.Combine(experiment.Report, "report.html")));

            // Cancelled and gone on with, it ends with the same bits.
            Assert.Equal(0, (await Secateur([.. smoke, "--name", "stopped"])).Code);
            Assert.Equal(0, (await Secateur("experiment", "cancel", _temporary.PathOf("stopped"))).Code);
            var stopped = Experiment.Open(_temporary.PathOf("stopped"));
            Assert.DoesNotContain(SlurmJobs.Read(stopped.Path)!.States().Values, SlurmJobs.IsOpen);
            Assert.Contains(JobBoard.Read(stopped), s => s.State != JobState.Done);
            (code, _, error) = await Secateur("experiment", "--resume", stopped.Path, "--executor", "slurm", "--threads", "1", "--wait");
            Assert.True(code == 0, error);
            foreach (var id in new[] { "eresfd-fpgm-50-s0", "eresfd-l1-50-s0" })
                Assert.Equal(Compacted(experiment, id), Compacted(stopped, id));

            // The trials of a search are jobs, too, and come to what they come to here.
            string[] search =
            [
                "prune", experiment.FolderOf(experiment.Graph["eresfd-s0"]).In("masked.safetensors"), "--data", experiment.Data, "--search", "bayesian", "--target", "parameters=0.5",
                "--trials", "3", "--parallel", "2", "--epochs", "1", "--finetune-epochs", "0", "--imgsz", "64", "--batch", "4", "--val-every", "0", "--threads", "1", "--out", _temporary.Root,
            ];
            foreach (var (name, executor) in new[] { ("there", "slurm"), ("here", "local") })
            {
                (code, _, error) = await Secateur([.. search, "--name", name, "--executor", executor]);
                Assert.True(code == 0, error);
            }

            foreach (var file in new[] { "trials.csv", Path.Combine("run", "compacted.safetensors") })
                Assert.Equal(File.ReadAllBytes(_temporary.PathOf("here", file)), File.ReadAllBytes(_temporary.PathOf("there", file)));
        }
        finally
        {
            Environment.SetEnvironmentVariable("SLURM_CONF", null);
            await Bash("stop");
        }
    }

    private static byte[] Compacted(Experiment experiment, string id) => File.ReadAllBytes(experiment.FolderOf(experiment.Graph[id]).In(Path.Combine("run", "compacted.safetensors")));

    private static async Task<(int Code, string Out, string Error)> Secateur(params string[] args)
    {
        using var process = SecateurProcess.Launch(args);
        return await SecateurProcess.Finish(process);
    }

    private async Task Bash(string what)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", [Script, what, _temporary.PathOf("slurm")]) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, error);
    }
}
