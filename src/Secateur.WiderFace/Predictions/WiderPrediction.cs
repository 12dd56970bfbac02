namespace Secateur.WiderFace.Predictions;

/// <summary>A line of a submission file.</summary>
/// <param name="X">Left edge in pixels of the original image.</param>
/// <param name="Y">Top edge in pixels.</param>
/// <param name="Width">Width in pixels, as the file tells it.</param>
/// <param name="Height">Height in pixels, as the file tells it.</param>
/// <param name="Score">Confidence, on any finite scale.</param>
public readonly record struct WiderPrediction(double X, double Y, double Width, double Height, double Score);
