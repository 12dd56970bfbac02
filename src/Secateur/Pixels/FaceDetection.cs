namespace Secateur.Pixels;

/// <summary>A detected face: corners in pixels of the original image (not clipped to it) and the face probability.</summary>
/// <param name="X1">Left edge.</param>
/// <param name="Y1">Top edge.</param>
/// <param name="X2">Right edge.</param>
/// <param name="Y2">Bottom edge.</param>
/// <param name="Score">Face probability, 0 to 1.</param>
public readonly record struct FaceDetection(float X1, float Y1, float X2, float Y2, float Score);
