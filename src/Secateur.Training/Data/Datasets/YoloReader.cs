using System.Collections.Immutable;
using Secateur.WiderFace;

namespace Secateur.Training.Data.Datasets;

/// <summary>
/// The layout of YOLO: <c>images/train</c> with <c>labels/train</c>, or <c>images</c> with <c>labels</c> where there is one split only; each
/// image's text file has lines <c>class cx cy w h</c> relative to the image. Class 0 is the face; an image without file has none.
/// </summary>
internal sealed class YoloReader : IDatasetReader
{
    public string Layout => "YOLO";

    public string Expects(DatasetSplit split) =>
        $"images/{split.PartName()} with labels/{split.PartName()}{(split == DatasetSplit.Train ? ", or images with labels" : "")}";

    public bool Recognises(string root) => Directory.Exists(Path.Combine(root, "images")) && Directory.Exists(Path.Combine(root, "labels"));

    public IEnumerable<ListedImage> Read(string root, DatasetSplit split)
    {
        var (images, labels) = (Path.Combine(root, "images"), Path.Combine(root, "labels"));
        if (Enum.GetValues<DatasetSplit>().Any(s => Directory.Exists(Path.Combine(images, s.PartName()))) || split != DatasetSplit.Train)
            (images, labels) = (Path.Combine(images, split.PartName()), Path.Combine(labels, split.PartName()));
        if (!Directory.Exists(images) || !Directory.Exists(labels))
            throw new InvalidFileException(root, $"is a {Layout} data set without a {split.PartName()} split, expected {Expects(split)}");
        return LabelFiles.ImagesBelow(images).Select(name => ReadImage(Path.Combine(images, name), name, Path.Combine(labels, Path.ChangeExtension(name, ".txt"))));
    }

    private static ListedImage ReadImage(string path, string name, string labels)
    {
        if (!File.Exists(labels)) return new ListedImage(path, name, []);
        try
        {
            var (faces, others) = ReadLabels(labels);
            return new ListedImage(path, name, faces) { Relative = true, OtherObjects = others };
        }
        catch (InvalidFileException problem)
        {
            return new ListedImage(path, name, []) { Problem = problem };
        }
    }

    /// <exception cref="InvalidFileException">A line has another form.</exception>
    internal static (ImmutableArray<LabelledFace> Faces, int Others) ReadLabels(string path)
    {
        var lines = new TextLines(path, BoundedFile.ReadAllBytes(path, LabelFiles.MaxImageLabelLength));
        var (faces, others) = (ImmutableArray.CreateBuilder<LabelledFace>(), 0);
        Span<double> fields = stackalloc double[5];
        while (lines.TryRead(out var line))
        {
            if (line.IsEmpty) continue;
            if (!TextLines.TryParseNumbers(line, fields) || !IsObject(fields))
                throw lines.Error($"expected 'class cx cy w h' relative to the image, found '{TextLines.Quote(line)}'");
            var (x, y, width, height) = (fields[1], fields[2], fields[3], fields[4]);
            if (fields[0] != 0) others++;
            else faces.Add(new LabelledFace((float)(x - (width / 2)), (float)(y - (height / 2)), (float)(x + (width / 2)), (float)(y + (height / 2))));
        }

        return (faces.DrainToImmutable(), others);
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

        return fields[3] >= 0 && fields[4] >= 0;
    }
}
