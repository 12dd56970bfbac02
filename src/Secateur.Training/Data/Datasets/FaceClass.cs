namespace Secateur.Training.Data.Datasets;

/// <summary>Which class of a data set with named classes is the face.</summary>
internal static class FaceClass
{
    private const string Face = "face";

    /// <summary>The number of the class called face; else of the only one whose name holds that word; else of the only class. Null: not to be told.</summary>
    public static int? Find(IReadOnlyList<string> names)
    {
        var all = Enumerable.Range(0, names.Count).ToArray();
        int[][] candidates =
        [
            [.. all.Where(i => names[i].Trim().Equals(Face, StringComparison.OrdinalIgnoreCase))],
            [.. all.Where(i => names[i].Contains(Face, StringComparison.OrdinalIgnoreCase))],
            all,
        ];
        return candidates.FirstOrDefault(c => c.Length > 0) is [var only] ? only : null;
    }
}
