using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Secateur.Models;
using Secateur.Pruning.Criteria;

namespace Secateur.Experiments.Plans;

/// <summary>
/// What an experiment consists of: networks, each trained or given, pruned with every criterion at every rate, with every seed. The defaults are those
/// of arXiv 2311.16613. <c>plan.json</c> in the experiment's folder holds it.
/// </summary>
public sealed record ExperimentPlan
{
    /// <summary>The test of the paper: several scales, mirroring, box voting.</summary>
    public const string MultiScale = "multi-scale";

    /// <summary>One pass over each image at its own size.</summary>
    public const string Single = "single";

    /// <summary>WIDER FACE's folder; of a drawn data set, the name of the folder inside the experiment's that it is drawn into.</summary>
    public required string Data { get; init; }

    /// <summary>The data set to draw first; null to take what is in <see cref="Data"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DrawnData? Drawn { get; init; }

    /// <summary>The networks, in the order of the tables.</summary>
    public ImmutableArray<string> Networks { get; init; } = ["extd64", "eresfd"];

    /// <summary>What chooses the filters that go.</summary>
    public ImmutableArray<string> Criteria { get; init; } = ["fpgm", "l1"];

    /// <summary>The shares of each layer's filters that go.</summary>
    public ImmutableArray<double> Rates { get; init; } = [0.1, 0.2, 0.3, 0.4, 0.5];

    /// <summary>The seeds; everything is done once with each.</summary>
    public ImmutableArray<int> Seeds { get; init; } = [0];

    /// <summary>By network, the model to start from instead of training one.</summary>
    public ImmutableSortedDictionary<string, string> From { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Models to measure as they are, trained and pruned by others; then nothing is trained.</summary>
    public ImmutableArray<PublishedModel> Published { get; init; } = [];

    /// <summary>How all of them are trained and pruned.</summary>
    public TrainingPlan Training { get; init; } = new();

    /// <summary><see cref="MultiScale"/> or <see cref="Single"/>.</summary>
    public string Protocol { get; init; } = MultiScale;

    /// <summary>The image size that models are timed and counted at.</summary>
    public TimingPlan Timing { get; init; } = new();

    /// <summary>The picture that the report shows with what models find; null for images of the validation set.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Photo { get; init; }

    /// <summary>Where training and evaluation run, in the words of <c>--device</c>; an experiment goes on where it was begun.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message says which and what was expected.</exception>
    public void Validate()
    {
        Check(!Networks.IsDefaultOrEmpty && Networks.All(n => Architectures.Find(n) is not null), "networks", List(Networks), $"some of {List(Architectures.Names)}");
        Check(Distinct(Networks), "networks", List(Networks), "each once");
        Check(!Criteria.IsDefault && Distinct(Criteria) && Criteria.All(FilterCriteria.Names.Contains), "criteria", List(Criteria), $"some of {List(FilterCriteria.Names)}, each once");
        Check(Drawn is null || (Data.Length > 0 && Data is not ("." or "..") && Path.GetFileName(Data) == Data), "data", Data, "the name of a folder inside the experiment's, as the images are drawn");
        Check(Drawn is null or { TrainImages: > 0, ValidationImages: > 0, Size: >= 32 and <= 4096 }, "drawn", Drawn, "some images of 32 to 4096 pixels");
        Check(!Rates.IsDefault && Rates.DistinctBy(r => new ModelName("", "", r, null).Percent).Count() == Rates.Length && Rates.All(r => r is > 0 and < 1), "rates", List(Rates), "rates above 0 and below 1, each once");
        Check(!Seeds.IsDefaultOrEmpty && Distinct(Seeds), "seeds", List(Seeds), "at least one, each once");
        Check(Protocol is MultiScale or Single, "protocol", Protocol, $"{MultiScale} or {Single}");
        Check(From.All(f => Networks.Contains(f.Key) && f.Value is { Length: > 0 }), "given models", List(From.Keys), $"for the networks {List(Networks)}");
        Check(!Published.IsDefault && Published.All(p => p is { Path.Length: > 0, Rate: >= 0 and < 1 } && Networks.Contains(p.Network) && (p.Rate > 0 ? p.Criterion is not null && FilterCriteria.Names.Contains(p.Criterion) : p.Criterion is null)), "published models", Published.Length, $"models of the networks {List(Networks)}, pruned ones with criterion and rate");
        Check(Published.DistinctBy(p => (p.Network, p.Criterion, p.Rate)).Count() == Published.Length, "published models", List(Published.Select(p => p.Path)), "one for each network, criterion and rate");
        Check(Timing.Height is > 0 and <= 16_384 && Timing.Width is > 0 and <= 16_384 && Timing.Runs is > 0 and <= 100_000, "timing", Timing, "a size of at least one pixel, and runs");
        Training.Validate();
    }

    internal static void Check(bool holds, string what, object? value, string expected)
    {
        if (!holds) throw new ArgumentException(FormattableString.Invariant($"{what}: {value}; expected {expected}"));
    }

    private static bool Distinct<T>(ImmutableArray<T> values) => values.Distinct().Count() == values.Length;

    private static string List<T>(IEnumerable<T> values) =>
        values is ImmutableArray<T> { IsDefault: true } ? "null" : string.Join(", ", values.Select(v => FormattableString.Invariant($"{v}")));
}

/// <summary>A model that others trained and pruned.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Network">Its architecture.</param>
/// <param name="Criterion">What chose the filters that are zero; null for one that is not pruned.</param>
/// <param name="Rate">The share of each layer's filters that are zero.</param>
public sealed record PublishedModel(string Path, string Network, string? Criterion, double Rate);

/// <summary>A data set of drawn scenes.</summary>
/// <param name="TrainImages">Images to learn from.</param>
/// <param name="ValidationImages">Images to evaluate on.</param>
/// <param name="Size">Side of the images in pixels.</param>
public sealed record DrawnData(int TrainImages, int ValidationImages, int Size);

/// <summary>The size that models are timed and counted at.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Runs">Timed runs of a model.</param>
public sealed record TimingPlan(int Height = 480, int Width = 640, int Runs = 60);
