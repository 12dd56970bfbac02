using System.Collections.Immutable;

namespace Secateur.Models;

/// <summary>How a network is trained from scratch, batch 16.</summary>
/// <param name="Optimizer">The optimiser.</param>
/// <param name="Iterations">Steps in all.</param>
/// <param name="Milestones">Steps after which the learning rate is a tenth.</param>
public sealed record TrainingRecipe(OptimizerKind Optimizer, int Iterations, ImmutableArray<long> Milestones);
