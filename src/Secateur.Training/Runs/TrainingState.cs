using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Secateur.Training.Runs;

/// <summary>Where a run is: everything but arrays that its continuation depends on.</summary>
internal sealed record RunPosition
{
    /// <summary>The phase, from 0; as many as there are when the run is finished.</summary>
    public int Phase { get; init; }

    /// <summary>The epoch of the phase, from 0.</summary>
    public int Epoch { get; init; }

    /// <summary>Steps of the epoch that are done.</summary>
    public int Step { get; init; }

    /// <summary>Sum of the smooth L1 losses of these steps.</summary>
    public double LossL { get; init; }

    /// <summary>Sum of the cross entropies of these steps.</summary>
    public double LossC { get; init; }

    /// <summary>Sum of the distillation losses of these steps.</summary>
    public double LossD { get; init; }

    /// <summary>Seconds that these steps took.</summary>
    public double Seconds { get; init; }

    /// <summary>Seconds of them spent waiting for data.</summary>
    public double Waited { get; init; }

    /// <summary>Whether the first phase has begun; before, its state is that of the initial model.</summary>
    public bool Begun { get; init; }

    /// <summary>The loss of the phase's first step.</summary>
    public double? FirstLoss { get; init; }

    /// <summary>Steps in a row, up to the last, whose loss was beyond all bounds (<see cref="DivergenceGuard"/>).</summary>
    public int StepsBeyond { get; init; }

    /// <summary>What the best model so far scored; larger is better.</summary>
    public double? Best { get; init; }

    /// <summary>The filters held at zero in this phase, by layer; null where none are.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<int>>? Frozen { get; init; }

    /// <summary>The devices that have worked on it.</summary>
    public ImmutableArray<string> Devices { get; init; } = [];

    /// <summary>The finished epochs.</summary>
    public ImmutableArray<EpochMetrics> Metrics { get; init; } = [];

    /// <summary>The beginning of the next epoch of the phase.</summary>
    public RunPosition NextEpoch() => this with { Epoch = Epoch + 1, Step = 0, LossL = 0, LossC = 0, LossD = 0, Seconds = 0, Waited = 0 };

    /// <summary>The beginning of the next phase, or the end of the run.</summary>
    public RunPosition NextPhase() => NextEpoch() with { Epoch = 0, Phase = Phase + 1, FirstLoss = null };
}

/// <summary>A run at a moment between two steps.</summary>
/// <param name="Position">Where it is.</param>
/// <param name="Parameters">The values of all learnable parameters.</param>
/// <param name="Statistics">Running means and variances by name.</param>
/// <param name="Optimizer">What the optimiser remembers.</param>
internal sealed record TrainingState(RunPosition Position, float[] Parameters, IReadOnlyDictionary<string, float[]> Statistics, OptimizerState Optimizer);

/// <summary>What an optimiser remembers between steps.</summary>
/// <param name="Steps">Steps taken.</param>
/// <param name="Arrays">Its running moments by name, each as long as the parameters.</param>
internal sealed record OptimizerState(long Steps, IReadOnlyDictionary<string, float[]> Arrays);

/// <summary>Serialisation code made at compile time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RunPosition))]
internal sealed partial class StateJson : JsonSerializerContext;
