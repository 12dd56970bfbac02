using Secateur.WiderFace;

namespace Secateur.Training.Data.Datasets;

/// <summary>The official layout of WIDER FACE. Faces marked as invalid are faces too, as in the published training.</summary>
internal sealed class WiderFaceReader : IDatasetReader
{
    public string Layout => "WIDER FACE";

    public string Expects(DatasetSplit split) => $"wider_face_split/wider_face_{split.PartName()}_bbx_gt.txt with WIDER_{split.PartName()}/images";

    public bool Recognises(string root) => Directory.Exists(Path.Combine(root, "wider_face_split"));

    public IEnumerable<ListedImage> Read(string root, DatasetSplit split)
    {
        var dataset = WiderFaceDataset.Open(root, split == DatasetSplit.Train ? WiderFaceSplit.Train : WiderFaceSplit.Validation);
        return dataset.Images.Concat(dataset.Absent).Select(image => new ListedImage(
            image.Path, image.Name.ToString(), [.. image.Faces.Select(face => new LabelledFace(face.X, face.Y, face.X + face.Width, face.Y + face.Height))]));
    }
}
