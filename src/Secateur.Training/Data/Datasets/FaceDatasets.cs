namespace Secateur.Training.Data.Datasets;

/// <summary>Opens data sets of labelled faces; the layout is found by look.</summary>
public static class FaceDatasets
{
    private static readonly IDatasetReader[] Readers = [new WiderFaceReader(), new RetinaFaceReader(), new VocReader(), new YoloReader(), new CocoReader()];

    /// <summary>Whether a folder has a split, in whatever layout.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidFileException">It has none of the layouts.</exception>
    public static bool HasSplit(string root, DatasetSplit split) => FindReader(ref root, split).Has(root, split);

    /// <summary>Reads the labels of a split and checks them against the headers of the image files.</summary>
    /// <param name="root">
    /// A folder in the official layout of WIDER FACE, with RetinaFace's <c>label.txt</c>, or in the layout of PASCAL VOC, YOLO or COCO; or a YOLO set's
    /// <c>data.yaml</c>.
    /// </param>
    /// <param name="split">The split.</param>
    /// <param name="strict">Whether a missing or unreadable image or label is an error; otherwise it is left out and counted.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidFileException">
    /// The folder has none of the layouts or lacks the split; the labels are damaged; no usable image is listed; or, if strict, an image or a label
    /// cannot be used.
    /// </exception>
    /// <exception cref="IOException">A label file cannot be read.</exception>
    public static FaceDataset Open(string root, DatasetSplit split, bool strict = false)
    {
        var reader = FindReader(ref root, split);
        if (!reader.Has(root, split))
            throw new InvalidFileException(root, $"is a {reader.Layout} data set without a {split.PartName()} split, expected {reader.Expects(split)}");
        var (images, lint) = new LabelLinter(strict).Check(reader.Read(root, split));
        return images.IsEmpty
            ? throw new InvalidFileException(root, $"the {split.PartName()} split of this {reader.Layout} data set has no usable image; {lint}")
            : new FaceDataset(root, reader.Layout, split, images, lint);
    }

    private static IDatasetReader FindReader(ref string root, DatasetSplit split)
    {
        if (YoloConfig.IsConfig(root)) root = Path.GetDirectoryName(Path.GetFullPath(root))!;
        if (!Directory.Exists(root)) throw new DirectoryNotFoundException($"{root}: no such folder");
        var folder = root;
        return Readers.FirstOrDefault(r => Enum.GetValues<DatasetSplit>().Any(s => r.Has(folder, s))) ?? throw new InvalidFileException(root, DescribeUnknown(root, split));
    }

    private static string DescribeUnknown(string root, DatasetSplit split)
    {
        const int shown = 6;
        var entries = Directory.EnumerateFileSystemEntries(root).Select(Path.GetFileName).Order(StringComparer.Ordinal).Take(shown + 1).ToArray();
        var found = entries.Length == 0 ? "an empty folder" : string.Join(", ", entries.Take(shown)) + (entries.Length > shown ? ", ..." : "");
        var looked = string.Join("; ", Readers.Select(reader => $"{reader.Layout}: {reader.Expects(split)}"));
        return $"is no data set of a known layout; looked for {looked}; found {found}";
    }
}
