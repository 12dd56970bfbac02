namespace Secateur.WiderFace;

/// <summary>What all files of the data set and its evaluation have in common.</summary>
internal static class WiderFaceFiles
{
    /// <summary>64 MiB: several times the largest official file.</summary>
    public const int MaxLength = 1 << 26;
}
