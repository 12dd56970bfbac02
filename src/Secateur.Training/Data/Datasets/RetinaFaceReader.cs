using System.Collections.Immutable;
using System.Text;
using Secateur.WiderFace;

namespace Secateur.Training.Data.Datasets;

/// <summary>
/// The labels of RetinaFace (Deng et al., CVPR 2020): <c>label.txt</c> beside <c>images</c>, in which <c># PATH</c> starts an image and every
/// other line is a face, <c>x y w h</c> and landmarks, which are passed over.
/// </summary>
internal sealed class RetinaFaceReader : IDatasetReader
{
    public string Layout => "RetinaFace";

    public string Expects(DatasetSplit split) =>
        $"{split.PartName()}/label.txt with {split.PartName()}/images{(split == DatasetSplit.Train ? ", or label.txt with images" : "")}";

    public bool Recognises(string root) =>
        File.Exists(Path.Combine(root, "label.txt")) || Enum.GetValues<DatasetSplit>().Any(s => File.Exists(Path.Combine(root, s.PartName(), "label.txt")));

    public IEnumerable<ListedImage> Read(string root, DatasetSplit split)
    {
        var folder = Path.Combine(root, split.PartName());
        // Without folders for its splits it has one split, to train on.
        if (split == DatasetSplit.Train && !File.Exists(Path.Combine(folder, "label.txt"))) folder = root;
        var list = Path.Combine(folder, "label.txt");
        return File.Exists(list)
            ? ReadList(list, Path.Combine(folder, "images"))
            : throw new InvalidFileException(root, $"is a {Layout} data set without a {split.PartName()} split, expected {Expects(split)}");
    }

    /// <exception cref="InvalidFileException">The list has another form.</exception>
    internal static ImmutableArray<ListedImage> ReadList(string list, string imageFolder)
    {
        var lines = new TextLines(list, BoundedFile.ReadAllBytes(list, LabelFiles.MaxListLength));
        var images = ImmutableArray.CreateBuilder<ListedImage>();
        var faces = ImmutableArray.CreateBuilder<LabelledFace>();
        string? name = null;
        Span<double> box = stackalloc double[4];
        while (lines.TryRead(out var line))
        {
            if (line.IsEmpty) continue;
            if (line[0] == '#')
            {
                Finish();
                name = Encoding.UTF8.GetString(line[1..].Trim((byte)' '));
                if (!LabelFiles.IsInside(name)) throw lines.Error($"expected '# PATH' of an image below {imageFolder}, found '{TextLines.Quote(line)}'");
            }
            else
            {
                if (name is null) throw lines.Error($"expected '# PATH' before the first face, found '{TextLines.Quote(line)}'");
                if (!LabelFiles.TryParseFirstNumbers(line, box) || !IsBox(box))
                    throw lines.Error($"expected a face, 'x y w h' in pixels and landmarks, found '{TextLines.Quote(line)}'");
                faces.Add(new LabelledFace((float)box[0], (float)box[1], (float)(box[0] + box[2]), (float)(box[1] + box[3])));
            }
        }

        Finish();
        return images.DrainToImmutable();

        void Finish()
        {
            if (name is not null) images.Add(new ListedImage(Path.Combine(imageFolder, name), name, faces.DrainToImmutable()));
        }
    }

    private static bool IsBox(ReadOnlySpan<double> box)
    {
        foreach (var value in box)
        {
            if (!LabelFiles.IsCoordinate(value)) return false;
        }

        return box[2] >= 0 && box[3] >= 0;
    }
}
