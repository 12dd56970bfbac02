using Secateur.Demo.Datasets;
using Secateur.Graph;
using Secateur.Search.Trials;
using Secateur.TestSupport;
using Secateur.Training.Runs;
using Secateur.Weights;

namespace Secateur.Search.Tests.Trials;

/// <summary>Small things to search with.</summary>
internal static class SearchSamples
{
    public static Model Model { get; } = TinyDetector.Create();

    public static TrainingData Draw(string folder)
    {
        DrawnDataset.Write(folder, new DrawnDatasetOptions { TrainImages = 12, ValidationImages = 2, Width = 96, Height = 96, MostFaces = 2, Threads = 2, Seed = 1 });
        return TrainingData.Open(folder, validate: false);
    }

    public static SearchSettings Settings(TrainingData data, int parallel = 1, int trials = 7) => new()
    {
        Run = TrainingConfig.For("tiny", Model.Network, data, batch: 2, epochs: 1, new PruningSchedule { Rate = 0, FinetuneEpochs = 1, Target = "parameters=0.6" }) with
        {
            ImageSize = 64,
            ValidateEvery = 0,
            Threads = 2,
            Seed = 3,
        },
        Groups = [new LayerGroup("first", ["base.0.0"]), new LayerGroup("second", ["base.1.0"])],
        Trials = trials,
        Parallel = parallel,
    };
}
