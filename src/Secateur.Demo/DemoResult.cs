using System.Collections.Immutable;
using Secateur.Demo.Reports;

namespace Secateur.Demo;

/// <summary>How long a part of the demonstration took.</summary>
public readonly record struct DemoStage(string Name, double Seconds);

/// <summary>All that a demonstration measured.</summary>
public sealed record DemoResult
{
    /// <summary>The seed of data, initial weights and order.</summary>
    public required int Seed { get; init; }

    /// <summary>Threads used for training.</summary>
    public required int Threads { get; init; }

    /// <summary>Drawn images that were trained on.</summary>
    public required int TrainImages { get; init; }

    /// <summary>Drawn images that were evaluated on.</summary>
    public required int ValidationImages { get; init; }

    /// <summary>Columns of the image that a forward pass was timed with.</summary>
    public required int TimedWidth { get; init; }

    /// <summary>Rows of that image.</summary>
    public required int TimedHeight { get; init; }

    /// <summary>The original first, then the pruned ones.</summary>
    public required ImmutableArray<DemoModel> Models { get; init; }

    /// <summary>The page that tells all this.</summary>
    public required string Report { get; init; }

    /// <summary>Validation images with what the models found.</summary>
    internal ImmutableArray<ReportPicture> Pictures { get; init; } = [];

    /// <summary>The user's picture with what the models of the zoo found.</summary>
    internal ImmutableArray<ReportPicture> Photo { get; init; } = [];

    /// <summary>What was done, in order.</summary>
    public ImmutableArray<DemoStage> Stages { get; init; } = [];
}
