using System.Collections.Immutable;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Training.Tests.Runs;

/// <summary>Small things to run with.</summary>
internal static class Samples
{
    public static TrainingConfig Config { get; } = new()
    {
        Model = "tiny",
        Architecture = "tiny",
        Data = "/somewhere/data",
        DataDigest = "abc",
        Epochs = 3,
        StepsPerEpoch = 4,
        Milestones = [6, 9],
        Optimizer = OptimizerKind.Adam,
        Batch = 2,
        ImageSize = 64,
        Seed = 5,
    };

    public static TrainingConfig PruningConfig { get; } = Config with
    {
        Pruning = new PruningSchedule { Rate = 0.5, Every = 2, FinetuneEpochs = 2, LayerRates = [new LayerRate("base.0.*", 0.25)] },
    };

    public static TrainingState State(Model model)
    {
        var random = new Random(3);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => RandomWeights.Normal(random))];
        var count = new ParameterVector(model).Values.Length;
        var position = new RunPosition
        {
            Phase = 0,
            Epoch = 1,
            Step = 3,
            LossL = 1 / 3.0,
            LossC = Math.PI,
            Seconds = 12.5,
            Waited = 0.25,
            Best = 0.1 + 0.2,
            Frozen = ImmutableSortedDictionary<string, ImmutableArray<int>>.Empty.Add("base.0.0", [1, 4]),
            Metrics = [new EpochMetrics { Phase = "train", Epoch = 1, LossL = 0.1, Ap = 0.7, Sparsity = 1e-17 }],
        };
        var statistics = model.Network.Parameters.Where(p => !p.IsLearnable).ToDictionary(p => p.Name, p => Draw(p.Count));
        return new TrainingState(position, Draw(count), statistics, new OptimizerState(7, new Dictionary<string, float[]> { ["exp_avg"] = Draw(count), ["exp_avg_sq"] = Draw(count) }));
    }
}
