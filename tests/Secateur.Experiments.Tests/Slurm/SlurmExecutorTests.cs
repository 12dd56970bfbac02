using Secateur.Experiments.Jobs;
using Secateur.Experiments.Plans;
using Secateur.Experiments.Slurm;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Experiments.Tests.Slurm;

/// <summary>What is asked of Slurm, with commands of its names that only remember it.</summary>
[Collection(SlurmGroup.Name)]
public sealed class SlurmExecutorTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

    public SlurmExecutorTests()
    {
        Command("sbatch", """n=$(($(cat "$0.n" 2>/dev/null || echo 0) + 1)); echo $n >"$0.n"; echo "$n $*" >>"$0.log"; echo $n""");
        Command("squeue", """cat "$0.states" 2>/dev/null || true""");
        Command("sacct", "echo 'accounting is disabled' >&2; exit 1");
        Command("scancel", """echo "$*" >>"$0.log" """);
        Environment.SetEnvironmentVariable("PATH", $"{_temporary.PathOf("bin")}:{_path}");
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _temporary.Dispose();
    }

    [Fact]
    public void Jobs_are_arrays_whose_elements_wait_for_those_that_they_need()
    {
        var experiment = Create();
        var items = experiment.Items("--threads", "4");
        Assert.Equal(items.Length, Executor(experiment, new SlurmOptions("long", "1", "2:00:00", 4)).Submit(items));
        var calls = Calls();
        Assert.All(calls, c => Assert.Contains("--cpus-per-task=4", c, StringComparison.Ordinal));
        Assert.All(calls, c => Assert.Contains("--partition=long --gpus=1 --time=2:00:00", c, StringComparison.Ordinal));

        // Two originals; then their evaluations, element by element; the prunings of each; the evaluations of these; and the report.
        string[] expected =
        [
            "1 secateur-Train 0,1 -",
            "2 secateur-EvaluateMasked 0,1 aftercorr:1",
            "3 secateur-EvaluateCompacted 0,1 aftercorr:1",
            "4 secateur-Measure 0,1 aftercorr:1",
            "5 secateur-Prune-pruned 0,1,2,3 afterok:1_0",
            "6 secateur-Prune-pruned 0,1,2,3 afterok:1_1",
            "7 secateur-EvaluateMasked-pruned 0,1,2,3 aftercorr:5",
            "8 secateur-EvaluateMasked-pruned 0,1,2,3 aftercorr:6",
            "9 secateur-EvaluateCompacted-pruned 0,1,2,3 aftercorr:5",
            "10 secateur-EvaluateCompacted-pruned 0,1,2,3 aftercorr:6",
            "11 secateur-Measure-pruned 0,1,2,3 aftercorr:5",
            "12 secateur-Measure-pruned 0,1,2,3 aftercorr:6",
        ];
        Assert.Equal(expected, calls[..^1].Select(Summary));
        Assert.StartsWith("13 secateur-Report 0 afterany:1_0:", Summary(calls[^1]), StringComparison.Ordinal);
        Assert.Equal("5_2", SlurmJobs.Read(experiment.Path)!.Tasks["extd64-fpgm-50-s0"]);
        var script = File.ReadAllText(calls[0].Split(' ')[^1]);
        Assert.Contains($"0) exec 'my program' 'it'\\''s' '{Path.GetFullPath(experiment.Path)}' 'extd64-s0' '--threads' '4' ;;", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_what_is_neither_done_nor_in_the_queue_is_submitted_again()
    {
        var experiment = Create();
        var items = experiment.Items();
        Executor(experiment).Submit(items);
        foreach (var id in new[] { "extd64-s0", "eresfd-s0" }) Finish(experiment, id);
        _temporary.Write("bin/squeue.states", "5_0|RUNNING|None\n5_1|PENDING|Resources\n7_0|PENDING|Dependency\n");
        File.Delete(_temporary.PathOf("bin", "sbatch.log"));
        Executor(experiment).Submit(items);
        var calls = Calls().Select(Summary).ToArray();
        Assert.Equal("14 secateur-Prune-pruned 0,1,2,3,4,5 -", calls[0]);
        Assert.Contains(calls, c => c.EndsWith(" secateur-EvaluateMasked-pruned 1 aftercorr:5", StringComparison.Ordinal));
        Assert.Contains(calls, c => c.EndsWith(" secateur-EvaluateMasked-pruned 0,1,2,3,4,5 aftercorr:14", StringComparison.Ordinal));
        var states = SlurmJobs.Read(experiment.Path)!.States();
        Assert.Equal(("RUNNING", "PENDING, Resources"), (states["extd64-fpgm-30-s0"], states["extd64-l1-30-s0"]));
        Assert.False(states.ContainsKey("eresfd-s0"));
    }

    [Fact]
    public void Cancelling_cancels_all()
    {
        var experiment = Create();
        Executor(experiment).Submit(experiment.Items());
        SlurmJobs.Read(experiment.Path)!.Cancel();
        Assert.Equal(Enumerable.Range(1, 13).Order(), File.ReadAllText(_temporary.PathOf("bin", "scancel.log")).Trim().Split(' ').Select(int.Parse).Order());
    }

    [Fact]
    public void A_refusal_is_told_and_so_is_a_machine_without_Slurm()
    {
        Command("sbatch", "echo 'invalid partition specified: long' >&2; exit 1");
        var experiment = Create();
        Assert.Equal("sbatch failed with exit code 1: invalid partition specified: long", Assert.Throws<InvalidOperationException>(() => Executor(experiment).Submit(experiment.Items())).Message);
        Environment.SetEnvironmentVariable("PATH", _temporary.PathOf("none"));
        Assert.Contains("must be installed", Assert.Throws<InvalidOperationException>(() => Executor(experiment).Submit(experiment.Items())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"tasks":null}""")]
    [InlineData("""{"tasks":{"a":null}}""")]
    [InlineData("""{"tasks":{"a":"--me"}}""")]
    [InlineData("""{"tasks":{"a":"7_x"}}""")]
    [InlineData("""{"tasks":{"a":"7"}}""")]
    public void What_is_no_element_of_an_array_is_not_passed_on(string json)
    {
        var experiment = Create();
        File.WriteAllText(Path.Combine(experiment.Path, "slurm.json"), json);
        Assert.Contains("is damaged", Assert.Throws<InvalidFileException>(() => SlurmJobs.Read(experiment.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_the_cluster_ended_has_failed_and_so_has_what_needs_it()
    {
        var experiment = Create();
        Executor(experiment).Submit(experiment.Items());
        _temporary.Write("bin/squeue.states", "1_0|OUT_OF_MEMORY|None\n1_1|RUNNING|None\n");
        var board = JobBoard.Read(experiment, SlurmJobs.Read(experiment.Path)!.States()).ToDictionary(s => s.Job.Id);
        Assert.Equal(JobState.Failed, board["extd64-s0"].State);
        Assert.StartsWith("Slurm: OUT_OF_MEMORY", board["extd64-s0"].Problem, StringComparison.Ordinal);
        Assert.Equal("needs extd64-s0, which failed", board["extd64-l1-50-s0"].Problem);
        Assert.Null(board["eresfd-l1-50-s0"].Problem);
    }

    private Experiment Create() => Experiment.Create(_temporary.PathOf("e"), new ExperimentPlan { Data = _temporary.Root, Rates = [0.3, 0.5] });

    private static SlurmExecutor Executor(Experiment experiment, SlurmOptions? options = null) =>
        new(experiment.Path, new HostCommand("my program", ["it's"]), options ?? new SlurmOptions(null, null, null, 1));

    private static void Finish(Experiment experiment, string id)
    {
        foreach (var kind in new[] { "", ".evaluate-masked", ".evaluate-compacted", ".measure" })
        {
            var folder = experiment.FolderOf(experiment.Graph[id + kind]);
            Directory.CreateDirectory(folder.Path);
            File.WriteAllText(folder.Result, "{}");
        }
    }

    private string[] Calls() => File.ReadAllLines(_temporary.PathOf("bin", "sbatch.log"));

    private static string Summary(string call)
    {
        string Value(string name) => call.Split(' ').FirstOrDefault(a => a.StartsWith($"--{name}=", StringComparison.Ordinal))?.Split('=', 2)[1] ?? "-";
        return $"{call.Split(' ')[0]} {Value("job-name")} {Value("array")} {Value("dependency")}";
    }

    private void Command(string name, string script)
    {
        var path = _temporary.Write($"bin/{name}", $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}

/// <summary>The environment belongs to the whole process: these tests run one after another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class SlurmGroup
{
    public const string Name = "slurm";
}
