using System.Collections.Immutable;
using Secateur.WiderFace;

namespace Secateur.Training.Data.Datasets;

/// <summary>
/// The layouts of YOLO: <c>images/train</c> with <c>labels/train</c>, <c>train/images</c> with <c>train/labels</c>, or <c>images</c> with
/// <c>labels</c> where there is one split only; <c>data.yaml</c> may name other folders. Each image's text file has lines <c>class cx cy w h</c>
/// relative to the image, which a confidence or landmarks may follow. The class of faces is the one that <c>data.yaml</c> calls so, else 0; an image
/// without file has none.
/// </summary>
internal sealed class YoloReader : IDatasetReader
{
    /// <summary>Fields of a line: the box; with a confidence; with five landmarks of two values, or of three.</summary>
    private static readonly int[] FieldCounts = [5, 6, 15, 20];

    public string Layout => "YOLO";

    public string Expects(DatasetSplit split) =>
        $"images/{split.PartName()} with labels/{split.PartName()}, {split.PartName()}/images with {split.PartName()}/labels{(split == DatasetSplit.Train ? ", or images with labels" : "")}";

    public bool Has(string root, DatasetSplit split) => Folders(root, split) is not null;

    public IEnumerable<ListedImage> Read(string root, DatasetSplit split)
    {
        var (images, labels) = Folders(root, split)!.Value;
        var face = YoloConfig.Find(root)?.FaceClass() ?? 0;
        return LabelFiles.ImagesBelow(images).Select(name => ReadImage(Path.Combine(images, name), name, Path.Combine(labels, Path.ChangeExtension(name, ".txt")), face));
    }

    private static (string Images, string Labels)? Folders(string root, DatasetSplit split)
    {
        string At(params string[] parts) => Path.Combine([root, .. parts]);
        var named = YoloConfig.Find(root)?.ImageFolder(split) is { } images ? [(images, YoloConfig.LabelFolder(images))] : Array.Empty<(string, string)>();
        var usual = split.PartNames().SelectMany(part => new[] { (At("images", part), At("labels", part)), (At(part, "images"), At(part, "labels")) });

        // Without folders for its splits it has one split, to train on.
        var whole = split == DatasetSplit.Train && !Exists(At("images", DatasetSplit.Validation.PartName())) ? [(At("images"), At("labels"))] : Array.Empty<(string, string)>();
        return named.Concat(usual).Concat(whole).Select(f => ((string, string)?)f).FirstOrDefault(f => Exists(f!.Value.Item1) && Exists(f.Value.Item2));

        static bool Exists(string folder) => Directory.Exists(folder);
    }

    private static ListedImage ReadImage(string path, string name, string labels, int face)
    {
        var image = new ListedImage(path, name, []) { Relative = true };
        if (!File.Exists(labels)) return image;
        try
        {
            return ReadLabels(labels, image, face);
        }
        catch (InvalidFileException problem)
        {
            return image with { Problem = problem };
        }
    }

    /// <exception cref="InvalidFileException">The file is too long, or no file.</exception>
    internal static ListedImage ReadLabels(string path, ListedImage image, int face)
    {
        var lines = new TextLines(path, BoundedFile.ReadAllBytes(path, LabelFiles.MaxImageLabelLength));
        var (faces, odd, others) = (ImmutableArray.CreateBuilder<LabelledFace>(), ImmutableArray.CreateBuilder<string>(), 0);
        Span<double> all = stackalloc double[20];
        var fields = all[..5];
        while (lines.TryRead(out var line))
        {
            if (line.IsEmpty) continue;
            var count = LabelFiles.CountFields(line);
            if (!FieldCounts.Contains(count) || !LabelFiles.TryParseFirstNumbers(line, all[..count]) || !IsObject(fields) || !AreLandmarks(all[5..count], fields))
            {
                odd.Add(lines.Describe($"expected 'class cx cy w h' relative to the image, found '{TextLines.Quote(line)}'"));
                continue;
            }

            var (x, y, width, height) = (fields[1], fields[2], fields[3], fields[4]);
            if (fields[0] != face) others++;
            else faces.Add(new LabelledFace((float)(x - (width / 2)), (float)(y - (height / 2)), (float)(x + (width / 2)), (float)(y + (height / 2))));
        }

        return image with { Faces = faces.DrainToImmutable(), OddLabels = odd.DrainToImmutable(), OtherObjects = others };
    }

    /// <summary>Whether points lie where those of a face can: a polygon of seven points has as many numbers as a box with five landmarks.</summary>
    private static bool AreLandmarks(ReadOnlySpan<double> points, ReadOnlySpan<double> box)
    {
        if (points.Length < 10) return true;
        for (var i = 0; i < points.Length; i += points.Length / 5)
        {
            // Unknown ones are below 0.
            if (points[i] >= 0 && points[i + 1] >= 0 && (Math.Abs(points[i] - box[1]) > box[3] || Math.Abs(points[i + 1] - box[2]) > box[4])) return false;
        }

        return true;
    }

    private static bool IsObject(ReadOnlySpan<double> fields)
    {
        // A little outside is common; pixels instead of shares are not what this layout means.
        const double farthest = 2;
        if (!(fields[0] >= 0) || fields[0] != Math.Truncate(fields[0])) return false;
        foreach (var value in fields[1..])
        {
            if (!(Math.Abs(value) <= farthest)) return false;
        }

        return true;
    }
}
