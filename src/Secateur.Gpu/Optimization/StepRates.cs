namespace Secateur.Gpu.Optimization;

/// <summary>What varies from step to step.</summary>
/// <param name="Step">What the direction is multiplied with.</param>
/// <param name="Root">What Adam's root of the second moment is divided by.</param>
internal readonly record struct StepRates(float Step, float Root);
