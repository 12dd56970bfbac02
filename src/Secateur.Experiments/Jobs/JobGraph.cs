using System.Collections.Immutable;
using Secateur.Experiments.Plans;

namespace Secateur.Experiments.Jobs;

/// <summary>The jobs of an experiment, each after those that it needs.</summary>
public sealed class JobGraph
{
    private const string Data = "data";
    private const string Report = "report";

    private readonly Dictionary<string, Job> _byId;

    private JobGraph(ImmutableArray<Job> jobs) => (Jobs, _byId) = (jobs, jobs.ToDictionary(j => j.Id));

    /// <summary>All jobs.</summary>
    public ImmutableArray<Job> Jobs { get; }

    /// <summary>The models, in the order of the tables.</summary>
    public IEnumerable<ModelName> Models => Jobs.Where(j => j.Kind is JobKind.Train or JobKind.Prune).Select(j => j.Model!);

    /// <summary>The job of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Job this[string id] => _byId.TryGetValue(id, out var job) ? job : throw new ArgumentException($"the experiment has no job '{id}'");

    /// <summary>The name of a job.</summary>
    public static string IdOf(ModelName model, JobKind kind) => kind switch
    {
        JobKind.Train or JobKind.Prune => $"{model}",
        JobKind.EvaluateMasked => $"{model}.evaluate-masked",
        JobKind.EvaluateCompacted => $"{model}.evaluate-compacted",
        JobKind.Measure => $"{model}.measure",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not about a model"),
    };

    /// <summary>The model that another was pruned from.</summary>
    public ModelName OriginalOf(ModelName model) =>
        Models.First(m => m.IsOriginal && m.Network == model.Network && (m.Seed is null || m.Seed == model.Seed));

    /// <summary>The jobs of a plan.</summary>
    public static JobGraph Of(ExperimentPlan plan)
    {
        var jobs = ImmutableArray.CreateBuilder<Job>();
        if (plan.Drawn is not null) jobs.Add(new Job(Data, JobKind.Data, null, []));
        ImmutableArray<string> data = plan.Drawn is null ? [] : [Data];
        foreach (var network in plan.Networks)
        {
            if (plan.Published.IsEmpty) AddTrained(network);
            else AddPublished(network);
        }

        jobs.Add(new Job(Report, JobKind.Report, null, [.. jobs.Select(j => j.Id)]));
        return new JobGraph(jobs.ToImmutable());

        void AddTrained(string network)
        {
            // A given original is the same for all seeds.
            var isGiven = plan.From.ContainsKey(network);
            ModelName Original(int? seed) => new(network, null, 0, isGiven ? null : seed);
            foreach (var seed in isGiven ? [null] : plan.Seeds.Select(s => (int?)s)) Add(Original(seed), data);
            foreach (var (rate, criterion, seed) in from rate in plan.Rates from criterion in plan.Criteria from seed in plan.Seeds select (rate, criterion, seed))
                Add(new ModelName(network, criterion, rate, seed), [.. data, IdOf(Original(seed), JobKind.Train)]);
        }

        void AddPublished(string network)
        {
            foreach (var model in plan.Published.Where(p => p.Network == network).OrderBy(p => p.Rate).ThenBy(p => p.Criterion, StringComparer.Ordinal))
                Add(new ModelName(network, model.Criterion, model.Rate, null), data);
        }

        void Add(ModelName model, ImmutableArray<string> needs)
        {
            var made = new Job(IdOf(model, JobKind.Train), model.IsOriginal || !plan.Published.IsEmpty ? JobKind.Train : JobKind.Prune, model, needs);
            jobs.Add(made);
            foreach (var kind in new[] { JobKind.EvaluateMasked, JobKind.EvaluateCompacted, JobKind.Measure })
                jobs.Add(new Job(IdOf(model, kind), kind, model, [made.Id]));
        }
    }
}
