using System.Text;

namespace Secateur.Architecture.Tests;

/// <summary>The folders as a Mermaid picture: an arrow goes from a folder to each that it uses, but for those that it reaches through others anyway.</summary>
internal static class FolderPicture
{
    // Projects whose folders are shown; of the others the whole.
    private static readonly string[] Opened = ["Secateur", "Secateur.Training"];

    /// <summary>The picture.</summary>
    public static string Draw(IReadOnlyCollection<TypeUse> uses, IEnumerable<string> projects)
    {
        var known = projects.ToList();
        var edges = uses.Select(u => (From: AreaOf(u.From, known), To: AreaOf(u.To, known))).Where(e => e.From != e.To).Distinct().ToList();
        var text = new StringBuilder("graph TD\n");
        foreach (var project in known.Order(StringComparer.Ordinal))
        {
            var areas = uses.SelectMany(u => new[] { u.From, u.To }).Select(n => AreaOf(n, known)).Distinct()
                .Where(a => a == project || (Opened.Contains(project) && ProjectOf(a, known) == project)).Order(StringComparer.Ordinal).ToList();
            if (areas.Count > 1) text.Append($"  subgraph {project}\n");
            foreach (var area in areas) text.Append($"  {(areas.Count > 1 ? "  " : "")}{IdOf(area)}[\"{Label(area, project)}\"]\n");
            if (areas.Count > 1) text.Append("  end\n");
        }

        foreach (var (from, to) in Reduce(edges).OrderBy(e => e.From, StringComparer.Ordinal).ThenBy(e => e.To, StringComparer.Ordinal))
            text.Append($"  {IdOf(from)} --> {IdOf(to)}\n");
        return text.ToString();
    }

    private static List<(string From, string To)> Reduce(List<(string From, string To)> edges)
    {
        var targets = edges.ToLookup(e => e.From, e => e.To);
        return edges.FindAll(e => !targets[e.From].Any(via => via != e.To && Reaches(via, e.To, targets, [])));
    }

    private static bool Reaches(string from, string to, ILookup<string, string> targets, HashSet<string> seen) =>
        seen.Add(from) && targets[from].Any(next => next == to || Reaches(next, to, targets, seen));

    private static string AreaOf(string folder, List<string> projects)
    {
        var project = ProjectOf(folder, projects);
        var below = folder.Length == project.Length ? "" : folder[(project.Length + 1)..].Split('.')[0];
        return Opened.Contains(project) && below.Length > 0 ? $"{project}.{below}" : project;
    }

    private static string ProjectOf(string folder, List<string> projects) =>
        projects.Where(p => folder == p || folder.StartsWith(p + '.', StringComparison.Ordinal)).MaxBy(p => p.Length)!;

    private static string IdOf(string area) => area.Replace('.', '_');

    private static string Label(string area, string project) => !Opened.Contains(project) ? area : area == project ? "(its own files)" : area[(project.Length + 1)..];
}
