using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Secateur.Training.Data.Datasets;

/// <summary>What a YOLO data set's <c>data.yaml</c> says: where the images of its splits are, and what its classes are called.</summary>
internal sealed class YoloConfig
{
    private const int MaxLength = 1 << 20;

    // Deeper than any that is meant; whoever reads recursively must not run out of stack.
    private const int MaxDepth = 16;

    private static readonly string[] Names = ["data.yaml", "data.yml", "dataset.yaml"];

    private readonly string _path;
    private readonly YamlMappingNode _root;

    private YoloConfig(string path, YamlMappingNode root) => (_path, _root) = (path, root);

    /// <summary>Whether a path is that of a configuration file.</summary>
    public static bool IsConfig(string path) => Names.Contains(Path.GetFileName(path)) && File.Exists(path);

    /// <summary>The configuration in a folder; null where there is none.</summary>
    /// <exception cref="InvalidFileException">It is no YAML, or not a mapping.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static YoloConfig? Find(string folder) =>
        Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } path ? Read(path) : null;

    /// <summary>The folder of a split's images; null where it names none that is there.</summary>
    public string? ImageFolder(DatasetSplit split)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        if (split.PartNames().Select(Text).FirstOrDefault(t => t is not null) is not { } named) return null;

        // Relative to the file, or to the root that it names; exports often begin with one ".." too many.
        var roots = new[] { Path.Combine(folder, Text("path") ?? "."), folder };
        var names = named.StartsWith("../", StringComparison.Ordinal) ? [named, named[3..]] : new[] { named };
        return roots.SelectMany(_ => names, Path.Combine).Select(Path.GetFullPath).FirstOrDefault(Directory.Exists);
    }

    /// <summary>The folder of labels that belongs to one of images: the last <c>images</c> in its path becomes <c>labels</c>.</summary>
    public static string LabelFolder(string images)
    {
        var parts = images.Split(Path.DirectorySeparatorChar);
        var at = Array.LastIndexOf(parts, "images");
        if (at >= 0) parts[at] = "labels";
        return string.Join(Path.DirectorySeparatorChar, parts);
    }

    /// <summary>The number of the class of faces; null where it names no classes.</summary>
    /// <exception cref="InvalidFileException">Several classes, none of which is called face.</exception>
    public int? FaceClass()
    {
        var (numbers, names) = Value("names") switch
        {
            YamlSequenceNode list => (Enumerable.Range(0, list.Children.Count).ToArray(), list.Children.Select(Scalar).ToArray()),
            YamlMappingNode map => ([.. map.Children.Select(c => int.TryParse(Scalar(c.Key), out var number) ? number : -1)], [.. map.Children.Select(c => Scalar(c.Value))]),
            _ => (Array.Empty<int>(), Array.Empty<string>()),
        };
        if (names.Length == 0) return null;
        return Datasets.FaceClass.Find(names) is { } face
            ? numbers[face]
            : throw new InvalidFileException(_path, $"names no class face, but {string.Join(", ", names.Take(10).Select(n => $"'{n}'"))}");
    }

    /// <exception cref="InvalidFileException">It is no YAML, or not a mapping.</exception>
    internal static YoloConfig Read(string path)
    {
        var content = BoundedFile.ReadAllBytes(path, MaxLength);
        try
        {
            CheckShape(content);
            var stream = new YamlStream();
            stream.Load(Open(content));
            if (stream.Documents is [{ RootNode: YamlMappingNode root }, ..]) return new YoloConfig(path, root);
        }
        catch (YamlException error)
        {
            throw new InvalidFileException(path, $"is no YAML: line {error.Start.Line}: {error.Message}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException or DecoderFallbackException)
        {
            // The reader's own mistakes with text that is no YAML.
            throw new InvalidFileException(path, $"is no YAML: {error.Message}", error);
        }

        throw new InvalidFileException(path, "is no YAML mapping with train, val and names");
    }

    private static void CheckShape(byte[] content)
    {
        var (parser, depth) = (new Parser(Open(content)), 0);
        while (parser.MoveNext())
        {
            // Keys that hold themselves, and aliases of aliases, are endless to whoever follows them.
            if (parser.Current is AnchorAlias) throw new YamlException("aliases are not read");
            depth += parser.Current is MappingStart or SequenceStart ? 1 : parser.Current is MappingEnd or SequenceEnd ? -1 : 0;
            if (depth > MaxDepth) throw new YamlException($"nested more than {MaxDepth} deep");
        }
    }

    private static StreamReader Open(byte[] content) => new(new MemoryStream(content));

    private static string Scalar(YamlNode node) => (node as YamlScalarNode)?.Value ?? "";

    private string? Text(string key) => Value(key) is YamlScalarNode { Value: { Length: > 0 } text } ? text : null;

    private YamlNode? Value(string key) => _root.Children.FirstOrDefault(c => c.Key is YamlScalarNode { Value: var name } && name == key).Value;
}
