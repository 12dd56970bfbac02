using System.Collections.Immutable;
using Secateur.Weights;

namespace Secateur.Models;

/// <summary>A model from a file.</summary>
/// <param name="Model">The model.</param>
/// <param name="Notes">What of the file was passed over, merged, multiplied or renamed, a phrase each; empty when it held the network's tensors only.</param>
public sealed record LoadedModel(Model Model, ImmutableArray<string> Notes);
