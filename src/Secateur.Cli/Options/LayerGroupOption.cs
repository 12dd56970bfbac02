using System.Collections.Immutable;
using System.CommandLine;
using Secateur.Graph;
using Secateur.Models;

namespace Secateur.Cli.Options;

/// <summary>The layer groups that a command works on.</summary>
internal static class LayerGroupOption
{
    private const string Name = "--group";

    public static Option<string[]> Create() => new(Name)
    {
        Description = "A layer group of one's own, by patterns, e.g. --group stem=base.conv1.*,base.conv2.*; may be repeated. Without any, the groups that are known for the network.",
        HelpName = "NAME=PATTERN[,PATTERN]",
    };

    /// <summary>The groups that were given, or those of the network's architecture.</summary>
    /// <exception cref="UsageException">One cannot be read, or does not fit the network, or none are known for it.</exception>
    public static ImmutableArray<LayerGroup> Groups(this ParseResult parsed, Option<string[]> option, Network network)
    {
        ImmutableArray<LayerGroup> given = [.. (parsed.GetValue(option) ?? []).Select(Parse)];
        var groups = given.IsEmpty ? Architectures.Of(network).Groups : given;
        if (groups.IsEmpty) throw new UsageException($"no layer groups are known for {network.Architecture}; name them with {Name} NAME=PATTERN");
        try
        {
            LayerGroup.Check(groups, network);
            return groups;
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message);
        }
    }

    private static LayerGroup Parse(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        ImmutableArray<string> patterns = at > 0 ? [.. text[(at + 1)..].Split(',')] : [];
        return patterns.IsEmpty || patterns.Contains("") || text[..at].Contains(',', StringComparison.Ordinal)
            ? throw new UsageException($"{Name} is '{text}'; expected NAME=PATTERN[,PATTERN]")
            : new LayerGroup(text[..at], patterns);
    }
}
