using Secateur.WiderFace;

namespace Secateur.Training.Data.Datasets;

/// <summary>The official layout of WIDER FACE. Faces marked as invalid are faces too, as in the published training.</summary>
internal sealed class WiderFaceReader : IDatasetReader
{
    public string Layout => "WIDER FACE";

    public string Expects(DatasetSplit split) => $"wider_face_split/wider_face_{split.PartName()}_bbx_gt.txt with WIDER_{split.PartName()}/images";

    public bool Has(string root, DatasetSplit split) => Path.Exists(Path.Combine(root, "wider_face_split", $"wider_face_{split.PartName()}_bbx_gt.txt"));

    public IEnumerable<ListedImage> Read(string root, DatasetSplit split)
    {
        var dataset = WiderFaceDataset.Open(root, split == DatasetSplit.Train ? WiderFaceSplit.Train : WiderFaceSplit.Validation);
        var odd = dataset.OddPaths.Select(problem => new ListedImage("", "?", []) { Problem = new InvalidFileException(root, problem) });
        return dataset.Images.Concat(dataset.Absent).Select(ToListed).Concat(odd);
    }

    private static ListedImage ToListed(WiderFaceImage image) =>
        new(image.Path, image.Name.ToString(), [.. image.Faces.Select(face => new LabelledFace(face.X, face.Y, face.X + face.Width, face.Y + face.Height))])
        {
            AsStored = true,
            OddLabels = image.OddLines,
            Problem = image.Problem is { } problem ? new InvalidFileException(image.Name.ToString(), problem) : null,
        };
}
