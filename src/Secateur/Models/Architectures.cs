using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Kernels;

namespace Secateur.Models;

/// <summary>The published networks, by the names that the command line uses.</summary>
public static class Architectures
{
    /// <summary>eresfd, extd64, extd48, extd32.</summary>
    public static ImmutableArray<string> Names { get; } = ["eresfd", "extd64", "extd48", "extd32"];

    /// <summary>The network called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">No such network; the message lists those that there are.</exception>
    public static Network Create(string name) => name switch
    {
        "eresfd" => EResFd.Create(),
        "extd64" => Extd.Create(64),
        "extd48" => Extd.Create(48),
        "extd32" => Extd.Create(32),
        _ => throw new ArgumentException($"unknown architecture '{name}'; expected one of {string.Join(", ", Names)}"),
    };

    /// <summary>Guesses the architecture from a tensor that only it has in this shape; null when nothing fits.</summary>
    public static string? Guess(IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (tensors.ContainsKey("base.conv1.0.weight")) return "eresfd";
        var inner = tensors.GetValueOrDefault("base.2.conv.0.weight");
        return inner is { Shape: [_, 32 or 48 or 64, 1, 1] } ? $"extd{inner.Shape[1]}" : null;
    }
}
