namespace Secateur.Architecture.Tests;

/// <summary>
/// Circles among the folders of a folder, at every depth: what lies below a folder counts as the folder, and the files directly in the parent count as a
/// folder of their own.
/// </summary>
internal static class FolderCircles
{
    /// <summary>Each circle as a sentence, with a use of types for each step.</summary>
    public static IEnumerable<string> Find(IReadOnlyCollection<TypeUse> uses)
    {
        var namespaces = uses.SelectMany(u => new[] { u.From, u.To }).Distinct();
        foreach (var parent in namespaces.SelectMany(Ancestors).Distinct().Order(StringComparer.Ordinal))
        {
            var inside = uses.Where(u => IsWithin(u.From, parent) && IsWithin(u.To, parent))
                .Select(u => (From: ChildOf(u.From, parent), To: ChildOf(u.To, parent), Use: u))
                .Where(e => e.From != e.To)
                .DistinctBy(e => (e.From, e.To))
                .ToDictionary(e => (e.From, e.To), e => e.Use);
            foreach (var circle in Circles([.. inside.Keys]))
            {
                var steps = circle.Zip(circle.Skip(1).Append(circle[0]), (from, to) => $"{from} -> {to} ({inside[(from, to)].FromType} uses {inside[(from, to)].ToType})");
                yield return $"{(parent.Length == 0 ? "projects" : parent)}: {string.Join(", ", steps)}";
            }
        }
    }

    /// <summary>One circle for each set of nodes that reach each other, shortest first by its first node.</summary>
    private static IEnumerable<string[]> Circles(IReadOnlyCollection<(string From, string To)> edges)
    {
        var targets = edges.ToLookup(e => e.From, e => e.To);
        var told = new HashSet<string>();
        foreach (var start in edges.Select(e => e.From).Distinct().Order(StringComparer.Ordinal))
        {
            if (told.Contains(start) || ShortestWayBack(start, targets) is not { } circle) continue;
            told.UnionWith(circle);
            yield return circle;
        }
    }

    private static string[]? ShortestWayBack(string start, ILookup<string, string> targets)
    {
        var cameFrom = new Dictionary<string, string>();
        var queue = new Queue<string>([start]);
        while (queue.TryDequeue(out var at))
        {
            foreach (var next in targets[at])
            {
                if (next == start)
                {
                    var way = new List<string> { at };
                    while (way[^1] != start) way.Add(cameFrom[way[^1]]);
                    return [.. Enumerable.Reverse(way)];
                }

                if (cameFrom.TryAdd(next, at)) queue.Enqueue(next);
            }
        }

        return null;
    }

    private static bool IsWithin(string folder, string parent) => parent.Length == 0 || folder == parent || folder.StartsWith(parent + '.', StringComparison.Ordinal);

    private static string ChildOf(string folder, string parent) => folder == parent ? "its own files" : folder[(parent.Length == 0 ? 0 : parent.Length + 1)..].Split('.')[0];

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (; ; folder = folder[..folder.LastIndexOf('.')])
        {
            yield return folder;
            if (!folder.Contains('.')) break;
        }

        yield return "";
    }
}
