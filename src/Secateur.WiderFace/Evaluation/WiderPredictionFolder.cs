using System.Collections.Immutable;

namespace Secateur.WiderFace.Evaluation;

/// <summary>The submission files <c>EVENT/NAME.txt</c> of a folder, each with the image of a ground truth that it is for.</summary>
public sealed class WiderPredictionFolder
{
    private readonly Dictionary<WiderImageName, string> _files = [];

    private WiderPredictionFolder(string folder) => Folder = folder;

    /// <summary>The folder that was opened.</summary>
    public string Folder { get; }

    /// <summary>The images that have a file.</summary>
    public IReadOnlyCollection<WiderImageName> Images => _files.Keys;

    /// <summary>The images of the ground truth that have none, in its order.</summary>
    public ImmutableArray<WiderImageName> Missing { get; private set; } = [];

    /// <summary>Files for no image of the ground truth, or for one that has a better file.</summary>
    public ImmutableArray<string> Unmatched { get; private set; } = [];

    /// <summary>Looks what is in a folder; names match without regard to case where no other image is meant.</summary>
    /// <param name="folder">The folder that holds the folders of the events, or the only folder in which they lie.</param>
    /// <param name="truth">The images.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">No image has a file.</exception>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    public static WiderPredictionFolder Open(string folder, WiderGroundTruth truth)
    {
        ArgumentNullException.ThrowIfNull(truth);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: no such folder of predictions");
        var names = truth.Images.Select(image => image.Name).ToArray();
        var events = names.Select(name => name.Event).ToHashSet(StringComparer.OrdinalIgnoreCase);
        bool HasEvents(string root) => Directory.EnumerateDirectories(root).Any(path => events.Contains(Path.GetFileName(path)));
        var root = !HasEvents(folder) && Directory.GetDirectories(folder) is [var only] && HasEvents(only) ? only : folder;
        var result = new WiderPredictionFolder(folder);
        var unmatched = ImmutableArray.CreateBuilder<string>();
        var exact = names.ToDictionary(Key);
        var anyCase = names.ToLookup(Key, StringComparer.OrdinalIgnoreCase);
        var files = Directory.EnumerateDirectories(root).SelectMany(directory => Directory.EnumerateFiles(directory, "*.txt"))
            .Select(path => (Path: path, Key: Path.ChangeExtension(Path.GetRelativePath(root, path), null).Replace('\\', '/')))
            .OrderByDescending(file => exact.ContainsKey(file.Key)).ThenBy(file => file.Key, StringComparer.Ordinal);
        foreach (var (path, key) in files)
        {
            var image = exact.GetValueOrDefault(key) ?? (anyCase[key].ToArray() is [var single] ? single : null);
            if (image is null || !result._files.TryAdd(image, path)) unmatched.Add(Path.GetRelativePath(root, path));
        }

        (result.Missing, result.Unmatched) = ([.. names.Where(name => !result._files.ContainsKey(name))], unmatched.DrainToImmutable());
        return result._files.Count > 0 ? result : throw new FileNotFoundException(
            $"{folder}: no predictions for any of the {names.Length} images here, expected files such as "
            + (names is [var first, ..] ? Path.Combine(first.Event, first.Name + ".txt") : "EVENT/NAME.txt")
            + (result.Unmatched is [var other, ..] ? $"; found {result.Unmatched.Length} others, such as {other}" : ""));

        static string Key(WiderImageName name) => $"{name.Event}/{name.Name}";
    }

    /// <summary>The file of an image; null where it has none.</summary>
    public string? PathOf(WiderImageName image) => _files.GetValueOrDefault(image);
}
