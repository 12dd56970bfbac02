namespace Secateur.Training;

/// <summary>A labelled face in a training image: its corners relative to the image, 0 left and top, 1 right and bottom; may reach outside.</summary>
public readonly record struct FaceBox(float X1, float Y1, float X2, float Y2);
