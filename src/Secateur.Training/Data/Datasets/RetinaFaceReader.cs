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

    public bool Has(string root, DatasetSplit split) => Folder(root, split) is not null;

    public IEnumerable<ListedImage> Read(string root, DatasetSplit split) =>
        ReadList(Path.Combine(Folder(root, split)!, "label.txt"), Path.Combine(Folder(root, split)!, "images"));

    /// <summary>The folder of a split; without folders for its splits the data set has one split, to train on.</summary>
    private static string? Folder(string root, DatasetSplit split)
    {
        var places = split.PartNames().Select(name => Path.Combine(root, name));
        return (split == DatasetSplit.Train ? places.Append(root) : places).FirstOrDefault(place => File.Exists(Path.Combine(place, "label.txt")));
    }

    internal static ImmutableArray<ListedImage> ReadList(string list, string imageFolder)
    {
        var lines = new TextLines(list, BoundedFile.ReadAllBytes(list, LabelFiles.MaxListLength));
        var images = ImmutableArray.CreateBuilder<ListedImage>();
        var (faces, odd) = (ImmutableArray.CreateBuilder<LabelledFace>(), ImmutableArray.CreateBuilder<string>());
        ListedImage? image = null;
        Span<double> box = stackalloc double[4];
        while (lines.TryRead(out var line))
        {
            if (line.IsEmpty) continue;
            if (line[0] == '#')
            {
                Finish();
                image = LabelFiles.Inside(Encoding.UTF8.GetString(line[1..].Trim((byte)' '))) is { } name
                    ? new ListedImage(Path.Combine(imageFolder, name), name, [])
                    : Unusable(lines.Error($"expected '# PATH' of an image below {imageFolder}, found '{TextLines.Quote(line)}'"));
            }
            else if (image is null)
            {
                image = Unusable(lines.Error($"expected '# PATH' before the first face, found '{TextLines.Quote(line)}'"));
            }
            else if (LabelFiles.TryParseFirstNumbers(line, box) && AreCoordinates(box))
            {
                faces.Add(new LabelledFace((float)box[0], (float)box[1], (float)(box[0] + box[2]), (float)(box[1] + box[3])));
            }
            else
            {
                odd.Add(lines.Describe($"expected a face, 'x y w h' in pixels and landmarks, found '{TextLines.Quote(line)}'"));
            }
        }

        Finish();
        return images.DrainToImmutable();

        void Finish()
        {
            if (image is not null) images.Add(image with { Faces = faces.DrainToImmutable(), OddLabels = odd.DrainToImmutable() });
        }
    }

    private static ListedImage Unusable(InvalidFileException problem) => new("", "?", []) { Problem = problem };

    private static bool AreCoordinates(ReadOnlySpan<double> box)
    {
        foreach (var value in box)
        {
            if (!LabelFiles.IsCoordinate(value)) return false;
        }

        return true;
    }
}
