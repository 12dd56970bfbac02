using Secateur.Experiments.Jobs;
using Secateur.Experiments.Plans;
using Xunit;

namespace Secateur.Experiments.Tests.Jobs;

public sealed class JobGraphTests
{
    private static readonly ExperimentPlan Paper = new() { Data = "wider" };

    [Fact]
    public void The_default_plan_is_the_papers()
    {
        var graph = JobGraph.Of(Paper);
        Assert.Equal(22, graph.Models.Count());
        Assert.Equal(2, graph.Jobs.Count(j => j.Kind == JobKind.Train));
        Assert.Equal(20, graph.Jobs.Count(j => j.Kind == JobKind.Prune));
        foreach (var kind in new[] { JobKind.EvaluateMasked, JobKind.EvaluateCompacted, JobKind.Measure }) Assert.Equal(22, graph.Jobs.Count(j => j.Kind == kind));
        Assert.Equal(Paper.Training, new TrainingPlan { SoftEpochs = 200, FinetuneEpochs = 10, PruneEvery = 1, Batch = 16, ImageSize = 640, LearningRate = 1e-3 });
        Assert.Equal("eresfd-s0", Assert.Single(graph["eresfd-fpgm-10-s0"].Needs));
    }

    [Fact]
    public void Every_job_comes_after_those_that_it_needs_and_the_report_after_all()
    {
        var graph = JobGraph.Of(Paper with { Drawn = new DrawnData(4, 2, 96), Seeds = [3, 5] });
        var before = new HashSet<string>();
        foreach (var job in graph.Jobs)
        {
            Assert.Subset(before, job.Needs.ToHashSet());
            Assert.True(before.Add(job.Id), job.Id);
        }

        Assert.Equal(JobKind.Report, graph.Jobs[^1].Kind);
        Assert.Equal(graph.Jobs.Length - 1, graph.Jobs[^1].Needs.Length);
        Assert.All(graph.Jobs.Where(j => j.Kind is JobKind.Train or JobKind.Prune), j => Assert.Contains("data", j.Needs));
    }

    [Fact]
    public void Every_seed_prunes_its_own_original_and_a_given_one_serves_all()
    {
        var trained = JobGraph.Of(Paper with { Networks = ["eresfd"], Rates = [0.5], Seeds = [1, 2] });
        Assert.Equal("eresfd-s2", Assert.Single(trained["eresfd-l1-50-s2"].Needs));
        Assert.Equal(new ModelName("eresfd", null, 0, 2), trained.OriginalOf(new ModelName("eresfd", "l1", 0.5, 2)));
        var given = JobGraph.Of(Paper with { Networks = ["eresfd"], Rates = [0.5], Seeds = [1, 2], From = Paper.From.Add("eresfd", "ERES.pth") });
        Assert.Equal("eresfd", Assert.Single(given["eresfd-l1-50-s2"].Needs));
        Assert.Single(given.Models, m => m.IsOriginal);
    }

    [Fact]
    public void Published_models_are_measured_alone()
    {
        var graph = JobGraph.Of(Paper with { Published = [new PublishedModel("ERES50_L1.pth", "eresfd", "l1", 0.5), new PublishedModel("ERES.pth", "eresfd", null, 0)] });
        Assert.DoesNotContain(graph.Jobs, j => j.Kind == JobKind.Prune);
        Assert.Equal(["eresfd", "eresfd-l1-50"], graph.Models.Select(m => $"{m}"));
        Assert.Throws<ArgumentException>(() => graph["extd64"]);
    }
}
