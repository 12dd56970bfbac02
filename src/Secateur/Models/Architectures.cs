using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Models;

/// <summary>The one register of architectures: what is in it can be named, recognised, read, trained and pruned.</summary>
public static class Architectures
{
    private static ImmutableArray<Architecture> _all = [EResFd.Architecture, .. Extd.Architectures];

    /// <summary>All, the published ones first.</summary>
    public static ImmutableArray<Architecture> All => _all;

    /// <summary>Their names: eresfd, extd64, extd48, extd32 and those that were added.</summary>
    public static ImmutableArray<string> Names => [.. All.Select(a => a.Name)];

    /// <summary>Adds an architecture of one's own.</summary>
    /// <exception cref="ArgumentException">There is another one of this name.</exception>
    public static void Add(Architecture architecture) => ImmutableInterlocked.Update(ref _all, all => all.Any(a => a.Name == architecture.Name)
        ? throw new ArgumentException($"there is an architecture '{architecture.Name}' already")
        : all.Add(architecture));

    /// <summary>The network called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">No such network; the message lists those that there are.</exception>
    public static Network Create(string name) =>
        (Find(name) ?? throw new ArgumentException($"unknown architecture '{name}'; expected one of {string.Join(", ", Names)}")).CreateNetwork();

    /// <summary>The architecture called <paramref name="name"/>, or null.</summary>
    public static Architecture? Find(string name) => All.FirstOrDefault(a => a.Name == name);

    /// <summary>What is known of a network's architecture; of one that is not registered, the general recipes.</summary>
    public static Architecture Of(Network network) => Find(network.Architecture) ?? new Architecture(network.Architecture, () => network);

    /// <summary>The architecture that only can have these tensors; null when none does.</summary>
    public static Architecture? Recognize(IReadOnlyDictionary<string, Tensor> tensors) => All.FirstOrDefault(a => a.Recognizes(tensors));
}
