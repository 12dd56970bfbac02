using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Secateur.WiderFace;

namespace Secateur.Training.Data.Datasets;

/// <summary>
/// The layout of PASCAL VOC (Everingham et al., IJCV 2010): <c>ImageSets/Main/train.txt</c> lists images, <c>Annotations/NAME.xml</c> has their
/// objects, of which those named <c>face</c> count, and <c>JPEGImages</c> the files. Pixels are counted from 1, and a box holds its last ones.
/// </summary>
internal sealed class VocReader : IDatasetReader
{
    private const string FaceClass = "face";
    private const string Annotations = "Annotations";
    private const string Images = "JPEGImages";
    private static readonly string[] EdgeNames = ["xmin", "ymin", "xmax", "ymax"];

    public string Layout => "PASCAL VOC";

    public string Expects(DatasetSplit split) => $"Annotations and JPEGImages with ImageSets/Main/{split.PartName()}.txt";

    public bool Has(string root, DatasetSplit split) => Directory.Exists(Path.Combine(root, Annotations)) && Directory.Exists(Path.Combine(root, Images)) && List(root, split) is not null;

    public IEnumerable<ListedImage> Read(string root, DatasetSplit split)
    {
        // Whatever the case of their extensions.
        var files = LabelFiles.ImagesBelow(Path.Combine(root, Images)).ToLookup(name => Path.ChangeExtension(name, null));
        return ReadNames(List(root, split)!, name => File.Exists(Path.Combine(root, Annotations, name + ".xml")))
            .Select(entry => entry.Problem is null ? ReadImage(root, entry.Name, files) : new ListedImage("", "?", []) { Problem = entry.Problem });
    }

    /// <param name="list">The list of a split.</param>
    /// <param name="exists">Whether there is an annotation of that name.</param>
    internal static List<(string Name, InvalidFileException? Problem)> ReadNames(string list, Predicate<string> exists)
    {
        var lines = new TextLines(list, BoundedFile.ReadAllBytes(list, LabelFiles.MaxListLength));
        var names = new List<(string, InvalidFileException?)>();
        while (lines.TryRead(out var line))
        {
            if (line.IsEmpty) continue;
            var text = Encoding.UTF8.GetString(line);

            // Lists of one class add whether the image has it: 1, 0 or -1. A name may hold spaces, too.
            var end = line.LastIndexOfAny((byte)' ', (byte)'\t');
            if (end > 0 && line[(end + 1)..] is [(byte)'1'] or [(byte)'0'] or [(byte)'-', (byte)'1'] && (LabelFiles.Inside(text) is not { } whole || !exists(whole)))
                text = Encoding.UTF8.GetString(line[..end]).TrimEnd();
            names.Add(LabelFiles.Inside(text) is { } name ? (name, null) : ("", lines.Error($"expected the name of an image, found '{TextLines.Quote(line)}'")));
        }

        return names;
    }

    private static string? List(string root, DatasetSplit split) =>
        split.PartNames().Select(name => Path.Combine(root, "ImageSets", "Main", name + ".txt")).FirstOrDefault(File.Exists);

    private static ListedImage ReadImage(string root, string name, ILookup<string, string> files)
    {
        var image = new ListedImage(Path.Combine(root, Images, files[name].FirstOrDefault() ?? name + ".jpg"), name, []);
        try
        {
            return ReadObjects(Path.Combine(root, Annotations, name + ".xml"), image);
        }
        catch (Exception error) when (error is InvalidFileException or FileNotFoundException or DirectoryNotFoundException)
        {
            return image with { Problem = error as InvalidFileException ?? new InvalidFileException(name, error.Message, error) };
        }
    }

    /// <exception cref="InvalidFileException">The file is no such annotation.</exception>
    internal static ListedImage ReadObjects(string path, ListedImage image)
    {
        var root = Load(path);
        if (root.Name.LocalName != "annotation") throw new InvalidFileException(path, $"has the root element {root.Name.LocalName}, expected annotation");
        var (faces, odd, others) = (ImmutableArray.CreateBuilder<LabelledFace>(), ImmutableArray.CreateBuilder<string>(), 0);
        foreach (var found in root.Elements("object"))
        {
            if (!string.Equals(found.Element("name")?.Value.Trim(), FaceClass, StringComparison.OrdinalIgnoreCase)) others++;
            else if (found.Element("bndbox") is not { } box) odd.Add("has a face without bndbox");
            else if (Edges(box) is [var x1, var y1, var x2, var y2]) faces.Add(new LabelledFace(x1 - 1, y1 - 1, x2, y2));
            else odd.Add("has a face whose xmin, ymin, xmax or ymax is no number of pixels");
        }

        var declared = root.Element("size") is { } size && Number(size, "width") is > 0 and var width && Number(size, "height") is > 0 and var height ? ((int)width, (int)height) : ((int, int)?)null;
        return image with { Faces = faces.DrainToImmutable(), OddLabels = odd.DrainToImmutable(), OtherObjects = others, DeclaredSize = declared };
    }

    private static XElement Load(string path)
    {
        // No document type: neither entities that grow nor files from elsewhere.
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        using var content = new MemoryStream(BoundedFile.ReadAllBytes(path, LabelFiles.MaxImageLabelLength));
        try
        {
            using var reader = XmlReader.Create(content, settings);
            return XDocument.Load(reader).Root!;
        }
        catch (Exception error) when (error is XmlException or DecoderFallbackException or ArgumentException or NotSupportedException)
        {
            throw new InvalidFileException(path, $"is no XML without document type: {error.Message}", error);
        }
    }

    private static float[] Edges(XElement box) => [.. EdgeNames.Select(edge => Number(box, edge)).OfType<float>()];

    private static float? Number(XElement parent, string name) =>
        double.TryParse(parent.Element(name)?.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && LabelFiles.IsCoordinate(value) ? (float)value : null;
}
