using System.Collections.Immutable;

namespace Secateur.Training.Sensitivity;

/// <summary>What is measured of a pruned model.</summary>
public enum SensitivityMetric
{
    /// <summary>The validation loss, location and class together; low is good.</summary>
    Loss,

    /// <summary>Average precision at IoU 0.5 (of WIDER FACE, the mean of its three settings); high is good.</summary>
    Ap,
}

/// <summary>How the sensitivity of layers is measured.</summary>
public sealed record SensitivitySettings
{
    /// <summary>The rates to try, each in (0, 1).</summary>
    public ImmutableArray<double> Rates { get; init; } = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    /// <summary>Which filters go: a name of <see cref="Pruning.Criteria.FilterCriteria"/>, of one that needs no gradients.</summary>
    public string Criterion { get; init; } = "fpgm";

    /// <summary>What is measured.</summary>
    public SensitivityMetric Metric { get; init; }

    /// <summary>For the loss: side of the square network input in pixels. Precision is measured at each image's own size.</summary>
    public int ImageSize { get; init; } = 640;

    /// <summary>Seed of the random criterion.</summary>
    public int Seed { get; init; }

    /// <summary>Threads; the result does not depend on them.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message says which and what was expected.</exception>
    public void Validate()
    {
        if (Rates.IsDefaultOrEmpty || !Rates.All(r => r is > 0 and < 1)) throw new ArgumentException("the rates are to be above 0 and below 1, at least one");
        if (!Enum.IsDefined(Metric)) throw new ArgumentException($"the metric is {Metric}, expected loss or ap");
        if (ImageSize is < 1 or > 16_384) throw new ArgumentException($"the image size is {ImageSize}, expected 1 to 16384 pixels");
        if (Threads < 1) throw new ArgumentException($"threads is {Threads}, expected 1 or more");
        if (Pruning.Criteria.FilterCriteria.Create(Criterion, Seed).NeedsGradients) throw new ArgumentException($"{Criterion} needs gradients, which are not measured here; take another criterion");
    }
}
