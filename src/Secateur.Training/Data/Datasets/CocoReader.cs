namespace Secateur.Training.Data.Datasets;

/// <summary>
/// The layouts of COCO: an annotation file a split, <c>annotations/instances_train2017.json</c> or the like, with the images in <c>train2017</c>,
/// <c>images/train</c> or <c>images</c>; or <c>train/_annotations.coco.json</c> beside the images. Groups that are marked as crowds are no faces.
/// </summary>
internal sealed class CocoReader : IDatasetReader
{
    private const string Beside = "_annotations.coco.json";
    private const string Folder = "annotations";
    private const int Looked = 100;

    public string Layout => "COCO";

    public string Expects(DatasetSplit split) => $"{Folder}/*{split.PartName()}*.json with images, or {split.PartName()}/{Beside} beside them";

    public bool Has(string root, DatasetSplit split) => Annotations(root, split) is not null;

    public IEnumerable<ListedImage> Read(string root, DatasetSplit split)
    {
        var path = Annotations(root, split)!;
        var read = CocoAnnotations.Read(path);
        var face = read.FaceCategory(path);
        var folder = ImageFolder(root, path, split, read);
        var objects = (read.Annotations ?? []).ToLookup(a => a.ImageId);
        foreach (var same in read.Images.GroupBy(i => i.FileName).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            // A file that is listed twice is one image.
            var image = same.First();
            var labelled = same.DistinctBy(i => i.Id).SelectMany(i => objects[i.Id]).ToArray();
            if (LabelFiles.Inside(image.FileName) is not { } name)
            {
                yield return new ListedImage("", "?", []) { Problem = new InvalidFileException(path, $"image {image.Id} has the file name '{image.FileName}', expected one below {folder}") };
                continue;
            }

            var faces = labelled.Where(o => o.CategoryId == face && !o.Iscrowd).ToArray();
            var usable = faces.Where(o => o.Bbox is { Length: 4 } box && box.All(LabelFiles.IsCoordinate)).Select(o => o.Bbox!);
            yield return new ListedImage(Path.Combine(folder, name), name, [.. usable.Select(b => new LabelledFace((float)b[0], (float)b[1], (float)(b[0] + b[2]), (float)(b[1] + b[3])))])
            {
                OddLabels = [.. Enumerable.Repeat("a face has no bbox of four numbers of pixels", faces.Length - usable.Count())],
                OtherObjects = labelled.Length - faces.Length,
            };
        }
    }

    /// <summary>The annotation file of a split; null where there is none.</summary>
    private static string? Annotations(string root, DatasetSplit split)
    {
        foreach (var part in split.PartNames())
        {
            var beside = Path.Combine(root, part, Beside);
            if (File.Exists(beside)) return beside;
            var folder = Path.Combine(root, Folder);
            if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.json").Where(f => IsOf(f, part)).Order(StringComparer.Ordinal).FirstOrDefault() is { } found) return found;
        }

        return null;
    }

    /// <summary>Whether a file has objects of a split, not captions, keypoints or other things.</summary>
    private static bool IsOf(string file, string part)
    {
        var words = Path.GetFileNameWithoutExtension(file).ToLowerInvariant().Split('_', '-', '.', ' ');
        return words.Any(w => w.TrimEnd("0123456789".ToCharArray()) == part) && !words.Any(w => w is "captions" or "keypoints" or "stuff" or "panoptic" or "info");
    }

    /// <summary>The first folder of the usual ones that has an image; else the one beside the annotations.</summary>
    private static string ImageFolder(string root, string annotations, DatasetSplit split, CocoAnnotations read)
    {
        var beside = Path.GetDirectoryName(annotations)!;
        string[] words = [.. split.PartNames(), .. Path.GetFileNameWithoutExtension(annotations).Split('_')];
        string[] places = [beside, .. words.SelectMany(word => new[] { Path.Combine(root, word), Path.Combine(root, "images", word) }), Path.Combine(root, "images"), root];
        return places.FirstOrDefault(place => read.Images.Take(Looked).Any(i => File.Exists(Path.Combine(place, i.FileName)))) ?? beside;
    }
}
