using System.Collections.Immutable;

namespace Secateur.WiderFace.Evaluation;

/// <summary>The ground truth of the WIDER FACE evaluation: the faces of every validation image and the settings in which they count.</summary>
public sealed class WiderGroundTruth
{
    private const string FaceFile = "wider_face_val.mat";
    private const string EasyFile = "wider_easy_val.mat";
    private const string MediumFile = "wider_medium_val.mat";
    private const string HardFile = "wider_hard_val.mat";
    private static readonly string[] Places = [".", "ground_truth", "eval_tools/ground_truth", "wider_face_split"];

    private readonly Dictionary<WiderImageName, WiderGroundTruthImage> _byName = [];

    /// <summary>Makes a ground truth of images.</summary>
    /// <exception cref="ArgumentException">An image occurs twice.</exception>
    public WiderGroundTruth(ImmutableArray<WiderGroundTruthImage> images)
    {
        Images = images;
        foreach (var image in images)
        {
            if (!_byName.TryAdd(image.Name, image)) throw new ArgumentException($"the image {image.Name} occurs twice");
        }
    }

    /// <summary>The images, in the official order.</summary>
    public ImmutableArray<WiderGroundTruthImage> Images { get; }

    /// <summary>The image of that name; null where there is none.</summary>
    public WiderGroundTruthImage? Find(WiderImageName name) => _byName.GetValueOrDefault(name);

    /// <summary>The number of faces that count in a setting.</summary>
    public int FaceCount(WiderSettings setting) => Images.Sum(image => image.Faces.Count(face => (face.CountsIn & setting) != 0));

    /// <summary>
    /// Reads <c>wider_face_val.mat</c> and <c>wider_easy_val.mat</c>, <c>wider_medium_val.mat</c>, <c>wider_hard_val.mat</c>.
    /// </summary>
    /// <param name="folder">The folder of the four files, or one that holds them in <c>ground_truth</c>, <c>eval_tools/ground_truth</c> or
    /// <c>wider_face_split</c>.</param>
    /// <exception cref="FileNotFoundException">The four files are in none of these places.</exception>
    /// <exception cref="InvalidFileException">A file is damaged, or they do not belong together.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static WiderGroundTruth Load(string folder)
    {
        string[] files = [FaceFile, EasyFile, MediumFile, HardFile];
        var place = Places
            .Select(part => Path.GetFullPath(Path.Combine(folder, part)))
            .FirstOrDefault(path => files.All(file => Path.Exists(Path.Combine(path, file))))
            ?? throw new FileNotFoundException(
                $"{folder}: no ground truth here, expected {string.Join(", ", files)} in it or in its folder ground_truth");
        string In(string file) => Path.Combine(place, file);
        return WiderGroundTruthReader.Read(In(FaceFile), In(EasyFile), In(MediumFile), In(HardFile));
    }

    /// <summary>Writes the four files that <see cref="Load"/> reads; images of one event come one after another.</summary>
    /// <param name="folder">Where to; it must exist.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to write there.</exception>
    public void Save(string folder)
    {
        string In(string file) => Path.Combine(folder, file);
        WiderGroundTruthWriter.Write(this, In(FaceFile), In(EasyFile), In(MediumFile), In(HardFile));
    }
}
