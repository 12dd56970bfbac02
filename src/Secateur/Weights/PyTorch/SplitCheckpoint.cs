namespace Secateur.Weights.PyTorch;

/// <summary>The file names of a checkpoint that is split as the published EResFD is: <c>STEM.base.pth</c> and four others.</summary>
internal static class SplitCheckpoint
{
    /// <summary>Also the prefixes that the keys in each file lack.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["base", "act_conf", "act_loc", "conf", "loc"];

    public static string PathOf(string stem, string part) => $"{stem}.{part}.pth";

    /// <summary>The stem of one of the parts, or the path itself where it has not the name of a part.</summary>
    public static string StemOf(string path)
    {
        var suffix = Parts.Select(part => PathOf("", part)).FirstOrDefault(s => path.EndsWith(s, StringComparison.Ordinal));
        return suffix is null ? path : path[..^suffix.Length];
    }

    /// <summary>Whether a path is the stem of parts that exist, or one of several parts that exist.</summary>
    public static bool IsSplit(string path)
    {
        var stem = StemOf(path);
        var found = Parts.Count(part => File.Exists(PathOf(stem, part)));
        return stem == path ? found > 0 && !File.Exists(path) : found > 1;
    }
}
