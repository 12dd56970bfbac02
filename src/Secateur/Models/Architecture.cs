using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Weights.Files;

namespace Secateur.Models;

/// <summary>
/// All that is known of a network's architecture: the network with its head, how its checkpoints are told from others, how it is trained. Each stands in
/// a file of its own; <see cref="Architectures"/> finds them.
/// </summary>
/// <param name="Name">The short name, e.g. <c>eresfd</c>: that of its networks, and of the command line.</param>
/// <param name="CreateNetwork">Makes the network.</param>
public sealed record Architecture(string Name, Func<Network> CreateNetwork)
{
    /// <summary>How it is trained from scratch.</summary>
    public TrainingRecipe Training { get; init; } = General.Training;

    /// <summary>How its fresh weights are drawn.</summary>
    public InitializationRecipe Initialization { get; init; } = General.Initialization;

    /// <summary>The layers that are pruned at one rate where rates are searched for, input first; by default none are named.</summary>
    public ImmutableArray<LayerGroup> Groups { get; init; } = [];

    /// <summary>Whether a checkpoint's tensors can only be this network's; by default none can.</summary>
    public Func<IReadOnlyDictionary<string, Tensor>, bool> Recognizes { get; init; } = _ => false;

    /// <summary>The head that the weights of a checkpoint in some form were trained with; by default the network's.</summary>
    public Func<DetectorHead, WeightFileKind, DetectorHead> HeadOf { get; init; } = (head, _) => head;

    /// <summary>The recipes of networks of no paper; fresh weights keep the variance of gradients from layer to layer.</summary>
    internal static (TrainingRecipe Training, InitializationRecipe Initialization) General { get; } =
        (new(OptimizerKind.Adam, 330_000, [250_000, 300_000, 320_000]), new(ConvDistribution.FanOutNormal, NormGamma: 1));
}
