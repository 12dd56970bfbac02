using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Weights;

namespace Secateur.Lowering;

/// <summary>One rewriting of a model.</summary>
/// <param name="Name">A short name.</param>
/// <param name="Description">What it does, in a few words.</param>
/// <param name="Run">Makes the new model; the given one stays as it is.</param>
public sealed record ModelPass(string Name, string Description, Func<Model, Model> Run);

/// <summary>Passes in their order. The network that each gives is checked before the next one sees it.</summary>
/// <param name="Name">What they are for.</param>
/// <param name="Passes">The passes.</param>
public sealed record PassPipeline(string Name, ImmutableArray<ModelPass> Passes)
{
    /// <summary>Runs all passes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="watch">Told each pass and what it gave.</param>
    /// <exception cref="NetworkException">A pass does not take the network, or broke a rule of the graph; the message names it.</exception>
    public Model Run(Model model, Action<ModelPass, Model>? watch = null)
    {
        foreach (var pass in Passes)
        {
            try
            {
                model = pass.Run(model);
            }
            catch (NetworkException error)
            {
                throw new NetworkException($"{Name}, pass '{pass.Name}': {error.Message}");
            }

            watch?.Invoke(pass, model);
        }

        return model;
    }
}
