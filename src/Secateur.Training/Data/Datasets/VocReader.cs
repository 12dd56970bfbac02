using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Secateur.Imaging;
using Secateur.WiderFace;

namespace Secateur.Training.Data.Datasets;

/// <summary>
/// The layout of PASCAL VOC (Everingham et al., IJCV 2010): <c>ImageSets/Main/train.txt</c> lists images, <c>Annotations/NAME.xml</c> has their
/// objects, of which those named <c>face</c> count, and <c>JPEGImages</c> the files. Pixels are counted from 1, and a box holds its last ones.
/// </summary>
internal sealed class VocReader : IDatasetReader
{
    private const string FaceClass = "face";

    public string Layout => "PASCAL VOC";

    public string Expects(DatasetSplit split) => $"Annotations and JPEGImages with ImageSets/Main/{split.PartName()}.txt";

    public bool Recognises(string root) => Directory.Exists(Path.Combine(root, "Annotations")) && Directory.Exists(Path.Combine(root, "JPEGImages"));

    public IEnumerable<ListedImage> Read(string root, DatasetSplit split)
    {
        var list = Path.Combine(root, "ImageSets", "Main", split.PartName() + ".txt");
        if (!File.Exists(list)) throw new InvalidFileException(root, $"is a {Layout} data set without a {split.PartName()} split, expected {Expects(split)}");
        return ReadNames(list).Select(name => ReadImage(root, name));
    }

    internal static List<string> ReadNames(string list)
    {
        var lines = new TextLines(list, BoundedFile.ReadAllBytes(list, LabelFiles.MaxListLength));
        var names = new List<string>();
        while (lines.TryRead(out var line))
        {
            if (line.IsEmpty) continue;
            // Lists of one class add whether the image has it.
            var end = line.IndexOfAny((byte)' ', (byte)'\t');
            var name = Encoding.UTF8.GetString(end < 0 ? line : line[..end]);
            names.Add(LabelFiles.IsInside(name) ? name : throw lines.Error($"expected the name of an image, found '{TextLines.Quote(line)}'"));
        }

        return names;
    }

    private static ListedImage ReadImage(string root, string name)
    {
        var stem = Path.Combine(root, "JPEGImages", name);
        var path = ImageFile.Extensions.Select(extension => stem + extension).FirstOrDefault(File.Exists) ?? stem + ".jpg";
        try
        {
            var (faces, others) = ReadObjects(Path.Combine(root, "Annotations", name + ".xml"));
            return new ListedImage(path, name, [.. faces]) { OtherObjects = others };
        }
        catch (Exception error) when (error is InvalidFileException or FileNotFoundException or DirectoryNotFoundException)
        {
            return new ListedImage(path, name, []) { Problem = error as InvalidFileException ?? new InvalidFileException(name, error.Message, error) };
        }
    }

    /// <exception cref="InvalidFileException">The file is no such annotation.</exception>
    internal static (List<LabelledFace> Faces, int Others) ReadObjects(string path)
    {
        var root = Load(path);
        if (root.Name.LocalName != "annotation") throw new InvalidFileException(path, $"has the root element {root.Name.LocalName}, expected annotation");
        var (faces, others) = (new List<LabelledFace>(), 0);
        foreach (var found in root.Elements("object"))
        {
            if (string.Equals(found.Element("name")?.Value.Trim(), FaceClass, StringComparison.OrdinalIgnoreCase)) faces.Add(ReadBox(path, found));
            else others++;
        }

        return (faces, others);
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

    private static LabelledFace ReadBox(string path, XElement face)
    {
        var box = face.Element("bndbox") ?? throw new InvalidFileException(path, "has a face without bndbox");
        return new LabelledFace(Edge("xmin") - 1, Edge("ymin") - 1, Edge("xmax"), Edge("ymax"));

        float Edge(string name) =>
            double.TryParse(box.Element(name)?.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && LabelFiles.IsCoordinate(value)
                ? (float)value
                : throw new InvalidFileException(path, $"has a face whose {name} is no number of pixels");
    }
}
