using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Secateur.Experiments.Jobs;
using Secateur.Experiments.Plans;
using Secateur.Training.Runs;

namespace Secateur.Experiments;

/// <summary>
/// An experiment in its folder: the plan (<c>plan.json</c>), a folder for each job (<c>jobs</c>), and the report. Whatever is killed goes on where it
/// was, and ends with the same bits.
/// </summary>
public sealed class Experiment
{
    private const int MaxPlanBytes = 1 << 20;
    private const string PlanName = "plan.json";

    private static string Name(Job job) => $"{job.Kind}{(job.Model is { IsOriginal: false } ? "-pruned" : "")}";

    private Experiment(string path, ExperimentPlan plan) => (Path, Plan, Graph) = (path, plan, JobGraph.Of(plan));

    /// <summary>Its folder.</summary>
    public string Path { get; }

    /// <summary>What it consists of.</summary>
    public ExperimentPlan Plan { get; }

    /// <summary>Its jobs.</summary>
    public JobGraph Graph { get; }

    /// <summary>The data set's folder.</summary>
    public string Data => System.IO.Path.GetFullPath(Plan.Data, System.IO.Path.GetFullPath(Path));

    /// <summary>The folder of tables, figures and page.</summary>
    public string Report => System.IO.Path.Combine(Path, "report");

    /// <summary>The folder of a job.</summary>
    public JobFolder FolderOf(Job job) => new(System.IO.Path.Combine(Path, "jobs", job.Id));

    /// <summary>The jobs as executors take them.</summary>
    /// <param name="options">What the command of a job gets beside the experiment's folder and the job's name.</param>
    public ImmutableArray<WorkItem> Items(params IEnumerable<string> options) =>
    [
        .. Graph.Jobs.Select(job => new WorkItem(job.Id, Name(job), FolderOf(job), [System.IO.Path.GetFullPath(Path), job.Id, .. options], job.Needs)
        {
            TakesFailures = job.TakesFailures,
            IsTimed = job.Kind == JobKind.Measure,
            Repeats = job.Kind == JobKind.Report,
        }),
    ];

    /// <summary>Makes the folder of an experiment, whole or not at all.</summary>
    /// <param name="path">The folder; with <paramref name="numbered"/>, without its number.</param>
    /// <param name="plan">What it consists of.</param>
    /// <param name="numbered">Whether the folder gets the first free number.</param>
    /// <exception cref="ArgumentException">A value of the plan is out of its range.</exception>
    /// <exception cref="IOException">There is something of that name, or it cannot be written there.</exception>
    public static Experiment Create(string path, ExperimentPlan plan, bool numbered = false)
    {
        plan.Validate();
        JobGraph.Of(plan);
        return new Experiment(NewFolder.Create(path, numbered, "name another folder, or go on with --resume", draft =>
            AtomicFile.Write(System.IO.Path.Combine(draft, PlanName), stream => JsonSerializer.Serialize(stream, plan, PlanJson.Default.ExperimentPlan))), plan);
    }

    /// <summary>The experiment of a folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    /// <exception cref="InvalidFileException">Its plan is damaged.</exception>
    public static Experiment Open(string path) => IsThere(path)
        ? new Experiment(System.IO.Path.TrimEndingDirectorySeparator(path), ReadPlan(System.IO.Path.Combine(path, PlanName)))
        : throw new DirectoryNotFoundException($"{path}: no experiment here, {PlanName} is missing");

    /// <summary>Whether a folder is one of an experiment.</summary>
    public static bool IsThere(string path) => File.Exists(System.IO.Path.Combine(path, PlanName));

    /// <summary>
    /// Reads a plan, of an experiment or written by hand: what it leaves out is as in the default plan, and paths are from the file's folder on.
    /// </summary>
    /// <exception cref="InvalidFileException">It is no plan, or a value is out of its range.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ExperimentPlan ReadPlan(string file)
    {
        var bytes = BoundedFile.ReadAllBytes(file, MaxPlanBytes);
        try
        {
            var given = JsonNode.Parse(bytes) as JsonObject ?? throw new JsonException("expected an object");
            if (given["data"] is null) throw new JsonException("data is missing, the folder of WIDER FACE");
            var defaults = JsonSerializer.SerializeToNode(new ExperimentPlan { Data = "" }, PlanJson.Default.ExperimentPlan)!.AsObject();
            var plan = Merge(defaults, given).Deserialize(PlanJson.Default.ExperimentPlan)!;
            plan.Validate();
            string Absolute(string path) => System.IO.Path.GetFullPath(path, System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!);
            return plan with
            {
                Data = plan.Drawn is null ? Absolute(plan.Data) : plan.Data,
                From = plan.From.ToImmutableSortedDictionary(f => f.Key, f => Absolute(f.Value)),
                Published = [.. plan.Published.Select(p => p with { Path = Absolute(p.Path) })],
                Photo = plan.Photo is null ? null : Absolute(plan.Photo),
            };
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new InvalidFileException(file, $"is no plan of an experiment: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    private static JsonObject Merge(JsonObject defaults, JsonObject given)
    {
        foreach (var (name, value) in given.ToArray())
        {
            given.Remove(name);
            defaults[name] = defaults[name] is JsonObject below && value is JsonObject above ? Merge((JsonObject)below.DeepClone(), above) : value;
        }

        return defaults;
    }
}
