using System.Collections.Immutable;
using Secateur.Weights;

namespace Secateur.Onnx.Import;

/// <summary>A model from an ONNX file.</summary>
/// <param name="Model">The model; its outputs are the last maps of the graph.</param>
/// <param name="Tail">The operators that make the graph's results of those maps, in their order: export writes them again.</param>
/// <param name="Notes">What was taken as something that is nearly the same, a phrase each.</param>
public sealed record ImportedModel(Model Model, ImmutableArray<string> Tail, ImmutableArray<string> Notes);
