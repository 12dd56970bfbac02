using System.Text.Json;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Plans;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Experiments.Tests;

/// <summary>Whole experiments, each job in a process of its own, on drawn images.</summary>
public sealed class ExperimentRunTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task An_experiment_killed_at_random_moments_ends_with_the_same_bits()
    {
        string[] smoke = ["experiment", "--smoke", "--networks", "eresfd", "--rates", "0.5", "--seeds", "0,1", "--criteria", "fpgm", "--out", _temporary.Root];
        var (code, output, error) = await Run([.. smoke, "--name", "whole", "--jobs", "2", "--json"]);
        Assert.True(code == 0, error);
        using (var document = JsonDocument.Parse(output)) Assert.All(document.RootElement.GetProperty("jobs").EnumerateArray(), j => Assert.Equal("done", j.GetProperty("state").GetString()));
        var whole = Experiment.Open(_temporary.PathOf("whole"));

        var random = new Random(5);
        string[] next = [.. smoke, "--name", "killed"];
        for (var kills = 0; kills < 4; kills++)
        {
            using var process = SecateurProcess.Launch(next);
            var finished = SecateurProcess.Finish(process);
            await Task.WhenAny(finished, Task.Delay(random.Next(1500, 4000)));
            if (!finished.IsCompleted) process.Kill();
            await finished;
            if (Experiment.IsThere(_temporary.PathOf("killed"))) next = ["experiment", "--resume", _temporary.PathOf("killed"), "--threads", "1"];
        }

        // Children of one that was killed stop by themselves, with their state saved; who goes on waits for them.
        var killed = Experiment.Open(_temporary.PathOf("killed"));
        (code, _, error) = await Run("experiment", "--resume", killed.Path);
        Assert.True(code == 0, error);
        foreach (var model in whole.Graph.Models)
        {
            var job = whole.Graph[JobGraph.IdOf(model, JobKind.Train)];
            foreach (var file in new[] { "compacted.safetensors", "masked.safetensors" })
            {
                var name = model.IsOriginal ? file : Path.Combine("run", file);
                Assert.Equal(File.ReadAllBytes(whole.FolderOf(job).In(name)), File.ReadAllBytes(killed.FolderOf(job).In(name)));
            }
        }

        Assert.Equal(Table(whole), Table(killed));
        foreach (var file in new[] { "report.html", "tables.md", "figure-2.svg", "figure-3.svg", "models.csv" }) Assert.True(File.Exists(Path.Combine(killed.Report, file)), file);
        Assert.Contains("±", File.ReadAllText(Path.Combine(killed.Report, "tables.md")), StringComparison.Ordinal);

        static string Table(Experiment experiment) => File.ReadAllText(Path.Combine(experiment.Report, "table-eresfd.csv"));
    }

    [Fact]
    public async Task A_job_that_fails_is_told_and_stops_nothing_but_what_needs_it()
    {
        var plan = new ExperimentPlan
        {
            Data = "data",
            Drawn = new DrawnData(8, 2, 96),
            Networks = ["eresfd", "extd32"],
            Criteria = ["l1"],
            Rates = [0.5],
            From = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("eresfd", _temporary.PathOf("gone.pth")),
            Training = new TrainingPlan { Epochs = 1, SoftEpochs = 1, FinetuneEpochs = 0, Batch = 4, ImageSize = 64 },
            Protocol = ExperimentPlan.Single,
            Timing = new TimingPlan(96, 96, 2),
        };
        var experiment = Experiment.Create(_temporary.PathOf("e"), plan);
        var (code, output, error) = await Run("experiment", "--resume", experiment.Path);
        Assert.Equal(1, code);
        Assert.Contains("gone.pth", output, StringComparison.Ordinal);
        Assert.EndsWith($"try the others again with: secateur experiment --resume {experiment.Path}", error.Trim(), StringComparison.Ordinal);
        var board = JobBoard.Read(experiment).ToDictionary(s => s.Job.Id);
        Assert.Equal(JobState.Failed, board["eresfd"].State);
        Assert.Equal((JobState.Waiting, "needs eresfd, which failed"), (board["eresfd-l1-50-s0"].State, board["eresfd-l1-50-s0"].Problem));
        Assert.Equal(JobState.Done, board["extd32-l1-50-s0.measure"].State);
        Assert.Contains("gone.pth", File.ReadAllText(Path.Combine(experiment.Report, "report.html")), StringComparison.Ordinal);

        var (_, status, _) = await Run("experiment", "status", experiment.Path);
        Assert.Contains("1 failed", status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data is missing", "experiment")]
    [InlineData("draws its own data", "experiment", "--smoke", "--data", "x")]
    [InlineData("two experiments", "experiment", "--smoke", "--published", "x")]
    [InlineData("means nothing to --published", "experiment", "--data", "x", "--published", "x", "--rates", "0.5")]
    [InlineData("cannot be changed by --resume", "experiment", "--resume", "x", "--rates", "0.5")]
    [InlineData("cannot be changed by --resume", "experiment", "--resume", "x", "--name", "y")]
    [InlineData("needs --executor slurm", "experiment", "--smoke", "--partition", "long")]
    [InlineData("expected a list", "experiment", "--smoke", "--rates", "0.5,many")]
    [InlineData("yolo", "experiment", "--smoke", "--networks", "yolo")]
    [InlineData("no experiment in", "experiment", "status")]
    public async Task A_wrong_call_is_one_line_and_leaves_nothing(string part, params string[] args)
    {
        using var process = SecateurProcess.Launch(["bash", "-c", $"cd '{_temporary.Root}' && exec \"$@\"", "bash", SecateurProcess.Host], args);
        var (code, output, error) = await SecateurProcess.Finish(process);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(part, Assert.Single(error.Trim().Split('\n')), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_temporary.Root));
    }

    private static async Task<(int Code, string Out, string Error)> Run(params string[] args)
    {
        using var process = SecateurProcess.Launch(args);
        return await SecateurProcess.Finish(process);
    }
}
