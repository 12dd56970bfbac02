namespace Secateur.Imaging.Drawing;

/// <summary>How <see cref="FaceAnnotator"/> draws.</summary>
public sealed record AnnotationStyle
{
    /// <summary>The default style: green boxes with scores.</summary>
    public static AnnotationStyle Default { get; } = new();

    /// <summary>Colour of the boxes and of the labels' background.</summary>
    public RgbColor Color { get; init; } = new(64, 224, 104);

    /// <summary>Whether scores are written (default true).</summary>
    public bool ShowScores { get; init; } = true;
}
