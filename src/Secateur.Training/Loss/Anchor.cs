namespace Secateur.Training.Loss;

/// <summary>A default box: centre, width and height relative to the network's input.</summary>
public readonly record struct Anchor(float CentreX, float CentreY, float Width, float Height);
