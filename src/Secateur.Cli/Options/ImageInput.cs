using Secateur.Imaging;
using Secateur.WiderFace;

namespace Secateur.Cli.Options;

/// <summary>An image file to detect in, and where it stands below the folder or pattern that named it.</summary>
internal sealed record ImageInput(string Path, string RelativePath)
{
    /// <summary>The name by which the picture on stdin is asked for.</summary>
    public const string Stdin = "-";

    /// <summary>The picture that is read from stdin.</summary>
    public bool IsStdin => Path == Stdin;

    /// <summary>Makes sure that files written for images neither meet each other nor replace an image, whatever links lead there.</summary>
    /// <param name="inputs">The images.</param>
    /// <param name="folder">The folder that --out names.</param>
    /// <param name="place">The file to write for an image.</param>
    /// <returns>The folder to write to.</returns>
    /// <exception cref="UsageException">They would, or the folder is a file, or holds files of the user's own by these names.</exception>
    public static OutputFolder RequireOwnPlaces(IReadOnlyCollection<ImageInput> inputs, string folder, Func<ImageInput, string> place)
    {
        if (File.Exists(folder)) throw new UsageException($"{folder}: is a file; --out names a folder");
        var sources = inputs.ToLookup(i => RealPath.Of(i.Path), RealPath.Comparer);
        var targets = new HashSet<string>(RealPath.Comparer);
        var places = inputs.Select(place).ToList();
        foreach (var target in places.Select(RealPath.Of))
        {
            if (sources[target].FirstOrDefault() is { } source) throw new UsageException($"--out {folder} would replace {source.Path}; name another folder");
            if (!targets.Add(target)) throw new UsageException($"two images would be written to {target}; name their common folder instead");
        }

        var output = new OutputFolder(folder);
        output.Check(places);
        return output;
    }

    /// <summary>The file for this image's annotated copy: of the same name, with .png added where that is in no format that can be written.</summary>
    public string CopyIn(string folder)
    {
        var copy = System.IO.Path.Combine(folder, RelativePath);
        return CanBeWritten(copy) ? copy : copy + ".png";
    }

    /// <summary>Its event, the name of its folder, and its name.</summary>
    /// <exception cref="UsageException">It is in no folder, or has a name that a submission cannot have.</exception>
    public WiderImageName WiderName =>
        WiderImageName.TryCreate(System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))), System.IO.Path.GetFileNameWithoutExtension(Path), out var name)
            ? name
            : throw new UsageException($"{Path}: no image EVENT/NAME.jpg, as --format wider needs it");

    /// <summary>Whether the extension is that of a format that can be written.</summary>
    public static bool CanBeWritten(string path) => ImageFile.WrittenExtensions.Contains(System.IO.Path.GetExtension(path).ToLowerInvariant());
}
