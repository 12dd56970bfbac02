using System.Collections.Immutable;

namespace Secateur.Demo;

/// <summary>What a demonstration is made of; the sizes are chosen to take about two minutes on two cores.</summary>
public sealed record DemoOptions
{
    /// <summary>The seed of data, initial weights and order: another one tells another story.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Threads; of the results, only the times depend on them.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>A picture on which the page shows what the models find that come with Secateur; null for none.</summary>
    public string? Photo { get; init; }

    /// <summary>Images to learn from.</summary>
    internal int TrainImages { get; init; } = 600;

    /// <summary>Images to evaluate on: enough that a point of AP is not a matter of a few faces.</summary>
    internal int ValidationImages { get; init; } = 150;

    /// <summary>Side of the drawn images in pixels.</summary>
    internal int SceneSize { get; init; } = 256;

    /// <summary>Side of the samples that are cut out of them and trained on.</summary>
    internal int SampleSize { get; init; } = 160;

    /// <summary>Samples of a step: few, since many steps are what a short training needs.</summary>
    internal int Batch { get; init; } = 8;

    /// <summary>Learning rate at the beginning of each training.</summary>
    internal double LearningRate { get; init; } = 2e-3;

    /// <summary>Epochs from scratch.</summary>
    internal int Epochs { get; init; } = 12;

    /// <summary>Soft pruning epochs of each pruned model.</summary>
    internal int SoftEpochs { get; init; } = 3;

    /// <summary>Epochs after these, with the zeroed filters frozen.</summary>
    internal int FinetuneEpochs { get; init; } = 3;

    /// <summary>The criteria to compare.</summary>
    internal ImmutableArray<string> Criteria { get; init; } = ["fpgm", "l1"];

    /// <summary>The shares of each layer's filters that go, ascending.</summary>
    internal ImmutableArray<double> Rates { get; init; } = [0.3, 0.5];

    /// <summary>Timed forward passes of each model.</summary>
    internal int TimedRuns { get; init; } = 60;

    /// <summary>Scenes shown with what was found in them.</summary>
    internal int ShownScenes { get; init; } = 3;
}
