namespace Secateur.Zoo;

/// <summary>Average precision on the three sets of WIDER FACE, each from 0 to 1.</summary>
public readonly record struct ZooPrecision(double Easy, double Medium, double Hard);
