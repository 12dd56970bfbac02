using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Secateur.Graph;
using Secateur.Kernels.Simd;
using Secateur.Models;
using Secateur.Pruning.Criteria;
using Secateur.Pruning.Targets;
using Secateur.Training.Engine;

namespace Secateur.Training.Runs;

/// <summary>
/// All that a training run depends on beside the weights that it starts from: resolved, saved in the run's folder, and what a continuation goes by.
/// </summary>
public sealed record TrainingConfig
{
    /// <summary>The most <see cref="Chunks"/>.</summary>
    public const int MostChunks = 1024;

    /// <summary>What the run starts from, as the user named it: an architecture or a model file.</summary>
    public required string Model { get; init; }

    /// <summary>The network's architecture.</summary>
    public required string Architecture { get; init; }

    /// <summary>The data set's folder.</summary>
    public required string Data { get; init; }

    /// <summary>Tells the data set's content: file names, image sizes and boxes of both splits; of images without labels the files' lengths.</summary>
    public required string DataDigest { get; init; }

    /// <summary>Whether the network learns the outputs of the model that it starts from, on images without labels; else faces that are labelled.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Distill { get; init; }

    /// <summary>Leave no broken image out: fail.</summary>
    public bool Strict { get; init; }

    /// <summary>Times that every training image is seen; with <see cref="Pruning"/>, the soft pruning epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps of an epoch.</summary>
    public required int StepsPerEpoch { get; init; }

    /// <summary>Images of a step.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Side of the square network input in pixels.</summary>
    public int ImageSize { get; init; } = 640;

    /// <summary>Learning rate before any milestone.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Steps of the first phase after which the learning rate is a tenth.</summary>
    public ImmutableArray<long> Milestones { get; init; } = [];

    /// <summary>The optimiser.</summary>
    public required OptimizerKind Optimizer { get; init; }

    /// <summary>L2 weight decay, added to the gradient.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>How convolutions multiply.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Precision Precision { get; init; }

    /// <summary>
    /// Parts into which the work of each kernel call falls on the processor, and with it the most threads that work, in all processes together; null for
    /// <see cref="TrainingEngineOptions.UsualChunks"/>. The last bits of sums depend on them.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Chunks
    {
        get;
        init => field = value == TrainingEngineOptions.UsualChunks ? null : value;
    }

    /// <summary>
    /// What steps on the processor were computed with, the present one last, such as <c>512-bit</c>: the last bits of sums depend on it. The default where none is known: on
    /// a GPU, and in runs from before it was recorded.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<string> Simd { get; init; }

    /// <summary>The number of chunks.</summary>
    [JsonIgnore]
    public int ChunkCount => Chunks ?? TrainingEngineOptions.UsualChunks;

    /// <summary>Seed of initialisation, order, augmentation and the random criterion.</summary>
    public int Seed { get; init; }

    /// <summary>Validate after every so many epochs and at the end of a phase; 0 for never.</summary>
    public int ValidateEvery { get; init; } = 5;

    /// <summary>The pruning schedule; null to train only.</summary>
    public PruningSchedule? Pruning { get; init; }

    /// <summary>Filters that are zero in the initial model stay zero in all phases; else they may grow back.</summary>
    public bool KeepZeroFilters { get; init; }

    /// <summary>Threads; the result does not depend on them.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Seconds between saved states; the result does not depend on them.</summary>
    public int SaveEvery { get; init; } = 60;

    /// <summary>Name of the command that makes such runs: <c>train</c> or <c>prune</c>.</summary>
    [JsonIgnore]
    public string Verb => Pruning is null ? "train" : "prune";

    /// <summary>
    /// The published recipe for a network and a data set; milestones in proportion to the steps. Where the images have no labels, that of distillation: Adam, whose steps do not
    /// depend on the loss's scale, without weight decay, which would pull away from the original.
    /// </summary>
    /// <param name="model">What the run starts from, as the user named it.</param>
    /// <param name="network">The network.</param>
    /// <param name="data">The data.</param>
    /// <param name="batch">Images of a step.</param>
    /// <param name="epochs">Epochs, with <paramref name="pruning"/> soft ones; null for as many as were published (from scratch: the published steps).</param>
    /// <param name="pruning">The pruning schedule; null to train only.</param>
    public static TrainingConfig For(string model, Network network, TrainingData data, int batch = 16, int? epochs = null, PruningSchedule? pruning = null)
    {
        var recipe = Architectures.Of(network).Training;
        var steps = data.StepsPerEpoch(batch);
        var count = epochs ?? (pruning is null ? recipe.EpochsFor(steps) : PruningSchedule.SoftEpochs);
        var total = (long)count * steps;
        var config = new TrainingConfig
        {
            Model = model,
            Architecture = network.Architecture,
            Data = Path.GetFullPath(data.Train.Root),
            DataDigest = data.Digest(),
            Epochs = count,
            StepsPerEpoch = steps,
            Batch = batch,
            Milestones = pruning is null ? recipe.MilestonesFor(total) : PruningSchedule.MilestonesFor(total),
            Optimizer = recipe.Optimizer,
            Pruning = pruning,
        };
        return data.Train.IsUnlabelled ? config with { Distill = true, Optimizer = OptimizerKind.Adam, WeightDecay = 0 } : config;
    }

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message says which and what was expected.</exception>
    public void Validate()
    {
        Check(Epochs >= 0, "epochs", Epochs, "0 or more");
        Check(StepsPerEpoch > 0, "steps per epoch", StepsPerEpoch, "above 0");
        Check(Batch is > 0 and <= 4096, "batch", Batch, "1 to 4096");
        Check(ImageSize is > 0 and <= 16_384, "image size", ImageSize, "1 to 16384 pixels");
        Check(LearningRate is > 0 and <= 1e6, "learning rate", LearningRate, "above 0, at most 1e6");
        Check(Enum.IsDefined(Optimizer), "optimizer", Optimizer, "adam or sgd");
        Check(WeightDecay is >= 0 and < 1, "weight decay", WeightDecay, "at least 0 and less than 1");
        var ascending = !Milestones.IsDefault && Milestones.All(m => m >= 0) && Milestones.SequenceEqual(Milestones.Order());
        Check(ascending, "milestones", Milestones.IsDefault ? "null" : string.Join(", ", Milestones), "ascending steps");
        Check(ChunkCount is > 0 and <= MostChunks, "chunks", ChunkCount, $"1 to {MostChunks}");
        Check(Simd.IsDefault || Simd.All(StepArithmetic.Names.Contains), "simd", Simd.IsDefault ? "" : string.Join(", ", Simd), $"of {string.Join(", ", StepArithmetic.Names)}");
        Check(Enum.IsDefined(Precision), "precision", Precision, "fp32 or tf32");
        Check(ValidateEvery >= 0, "validation interval", ValidateEvery, "0 or more epochs");
        Check(Threads is > 0 and <= 1024, "threads", Threads, "1 to 1024");
        Check(SaveEvery >= 0, "save interval", SaveEvery, "0 or more seconds");
        Check((Epochs + (long)(Pruning?.FinetuneEpochs ?? 0)) * StepsPerEpoch is > 0 and <= int.MaxValue, "steps in all", Epochs, "1 to 2147483647");
        Check(!Distill || Pruning is not null, "distillation", "wanted without pruning", "a pruning schedule: the original has nothing to learn from itself");
        if (Pruning is not { } pruning) return;
        Check(pruning.Every > 0, "pruning interval", pruning.Every, "1 or more epochs");
        Check(pruning.Batches is null or > 0, "batches for gradients", pruning.Batches ?? 0, "1 or more");
        Check(pruning.RoundTo is null or > 0, "multiple of filters", pruning.RoundTo ?? 0, "1 or more");
        Check(pruning.Target is null || PruningTarget.TryParse(pruning.Target, out _), "target", pruning.Target ?? "", PruningTarget.Expected);
        Check(pruning.FinetuneEpochs >= 0, "fine-tuning epochs", pruning.FinetuneEpochs, "0 or more");
        Check(!pruning.LayerRates.IsDefault && pruning.LayerRates.All(l => l.Pattern is not null), "layer rates", pruning.LayerRates, "patterns and rates");
        Check(FilterCriteria.Names.Contains(pruning.Criterion), "criterion", pruning.Criterion, $"one of {string.Join(", ", FilterCriteria.Names)}");
        pruning.ToPlan();
    }

    /// <summary>The configuration as a backend begins, or goes on, with it: with what its steps are computed with.</summary>
    /// <param name="backend">What computes.</param>
    /// <param name="allowOtherSimd">Whether it may be another than before.</param>
    /// <exception cref="ArgumentException">It is another.</exception>
    internal TrainingConfig On(TrainingBackend backend, bool allowOtherSimd)
    {
        if (backend.Simd is not { } here) return this;
        if (Simd.IsDefaultOrEmpty) return this with { Simd = [here] };
        if (Simd[^1] == here) return this;
        return allowOtherSimd
            ? this with { Simd = Simd.Add(here) }
            : throw new ArgumentException($"began with {Simd[^1]} vectors, and would go on with {here} ones here, to an outcome with other last bits: "
                + $"force the width by {SimdLevels.Variable}, or allow and record the change by --allow-other-simd");
    }

    /// <summary>
    /// Tells configurations apart by all that a saved state depends on. Plain training may become longer: the state after its last epoch is that of a
    /// longer one in between.
    /// </summary>
    internal string Digest()
    {
        var decisive = this with { Threads = 0, SaveEvery = 0, Data = "", Simd = default, Epochs = Pruning is null ? 0 : Epochs };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(decisive, RunJson.Default.TrainingConfig)));
    }

    private static void Check(bool holds, string what, object value, string expected)
    {
        if (!holds) throw new ArgumentException(FormattableString.Invariant($"{what} is {value}, expected {expected}"));
    }
}

/// <summary>Serialisation code made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TrainingConfig))]
internal sealed partial class RunJson : JsonSerializerContext;
