namespace Secateur.Detection;

/// <summary>How a <see cref="FaceDetector"/> turns a network's outputs into faces.</summary>
public sealed record DetectorOptions
{
    /// <summary>For use on photos: confident faces only.</summary>
    public static DetectorOptions Default { get; } = new();

    /// <summary>The setting of the WIDER FACE evaluation: everything above 0.05.</summary>
    public static DetectorOptions Evaluation { get; } = new() { Confidence = 0.05f };

    /// <summary>Faces must score above this probability, 0 to 1.</summary>
    public float Confidence { get; init; } = 0.5f;

    /// <summary>Of two boxes that overlap by more than this intersection over union, the weaker is dropped.</summary>
    public float Iou { get; init; } = 0.3f;

    /// <summary>Candidates that enter the suppression, best first.</summary>
    public int TopK { get; init; } = 5000;

    /// <summary>Faces returned at most.</summary>
    public int MaxDetections { get; init; } = 750;

    /// <summary>The image is resized by this factor before a single pass: above 1 finds smaller faces, below 1 is faster.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Threads of one detection, the caller's included. For many images, one thread each and several callers is faster.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Validate()
    {
        Check(Confidence is >= 0 and < 1, nameof(Confidence), Confidence, "from 0 to below 1");
        Check(Iou is > 0 and <= 1, nameof(Iou), Iou, "above 0, up to 1");
        Check(TopK > 0, nameof(TopK), TopK, "above 0");
        Check(MaxDetections > 0, nameof(MaxDetections), MaxDetections, "above 0");
        Check(Scale is > 0 and <= 16, nameof(Scale), Scale, "above 0, up to 16");
        Check(Threads > 0, nameof(Threads), Threads, "above 0");
    }

    private static void Check(bool holds, string name, object value, string expected)
    {
        if (!holds) throw new ArgumentOutOfRangeException(name, value, $"expected {expected}");
    }
}
