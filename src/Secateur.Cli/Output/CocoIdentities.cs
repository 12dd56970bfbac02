using Secateur.Training.Data.Datasets;

namespace Secateur.Cli.Output;

/// <summary>The ids by which an annotation file knows images and faces.</summary>
internal sealed class CocoIdentities
{
    private readonly string _path;
    private readonly ILookup<string, long> _byName;
    private readonly ILookup<string, long> _byFile;

    /// <exception cref="InvalidFileException">It is no annotation file, or does not tell which category is the face.</exception>
    public CocoIdentities(string path)
    {
        _path = path;
        var read = CocoAnnotations.Read(path);
        _byName = read.Images.ToLookup(i => i.FileName, i => i.Id);
        _byFile = read.Images.ToLookup(i => Path.GetFileName(i.FileName), i => i.Id);
        Face = read.FaceCategory(path);
    }

    /// <summary>The category of faces.</summary>
    public long Face { get; }

    /// <summary>The id of an image: by its path from any folder down, or by its file name where only one has it.</summary>
    /// <exception cref="ArgumentException">The file has no such image, or several.</exception>
    public long ImageOf(string path)
    {
        var name = path.Replace('\\', '/');
        for (var at = 0; at >= 0; at = name.IndexOf('/', at) is >= 0 and var slash ? slash + 1 : -1)
        {
            if (_byName[name[at..]].Distinct().ToArray() is [var id]) return id;
        }

        return _byFile[Path.GetFileName(name)].Distinct().ToArray() switch
        {
            [var id] => id,
            [] => throw new ArgumentException($"{path}: is no image of {_path}"),
            var several => throw new ArgumentException($"{path}: {several.Length} images of {_path} have this file name"),
        };
    }
}
