using Secateur.Imaging;
using Secateur.WiderFace;

namespace Secateur.Training.Data.Datasets;

/// <summary>What the label files of several layouts have in common.</summary>
internal static class LabelFiles
{
    /// <summary>64 MiB: several times the largest list in use.</summary>
    public const int MaxListLength = 1 << 26;

    /// <summary>4 MiB: for the labels of one image.</summary>
    public const int MaxImageLabelLength = 1 << 22;

    /// <summary>Coordinates beyond this, in pixels, are taken for damage.</summary>
    private const double FarthestCoordinate = 1e6;

    private const int MaxPathLength = 1000;

    /// <summary>A path of a label file, without a leading <c>./</c>, where it stays below the folder that it is relative to; else null.</summary>
    public static string? Inside(string path)
    {
        if (path.StartsWith("./", StringComparison.Ordinal)) path = path[2..];
        var stays = path.Length is > 0 and <= MaxPathLength
            && !path.Any(c => char.IsControl(c) || c is '\\' or ':')
            && path.Split('/').All(part => part is not ("" or "." or ".."));
        return stays ? path : null;
    }

    public static bool IsCoordinate(double value) => Math.Abs(value) <= FarthestCoordinate;

    /// <summary>The image files below a folder, relative to it, with forward slashes, in ordinal order.</summary>
    public static IEnumerable<string> ImagesBelow(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => ImageFile.Extensions.Contains(Path.GetExtension(path).ToLowerInvariant()))
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>The fields of a line, between white space.</summary>
    public static int CountFields(ReadOnlySpan<byte> line)
    {
        var count = 0;
        foreach (var part in line.SplitAny(" \t"u8))
        {
            if (!line[part].IsEmpty) count++;
        }

        return count;
    }

    /// <summary>The fields of a line from the first on; false where it has fewer than <paramref name="numbers"/> has places, or others than numbers.</summary>
    public static bool TryParseFirstNumbers(ReadOnlySpan<byte> line, Span<double> numbers)
    {
        var at = 0;
        for (var i = 0; i < numbers.Length; i++)
        {
            while (at < line.Length && line[at] is (byte)' ' or (byte)'\t') at++;
            while (at < line.Length && line[at] is not ((byte)' ' or (byte)'\t')) at++;
        }

        return TextLines.TryParseNumbers(line[..at].Trim(" \t"u8), numbers);
    }
}
