using System.Collections.Immutable;

namespace Secateur.WiderFace;

/// <summary>A split of the data set.</summary>
public enum WiderFaceSplit
{
    /// <summary>The images to learn from, <c>WIDER_train</c>.</summary>
    Train,

    /// <summary>The images to evaluate on, <c>WIDER_val</c>.</summary>
    Validation,
}

/// <summary>
/// WIDER FACE (Yang, Luo, Loy, Tang, CVPR 2016) in its official layout: <c>WIDER_val/images/EVENT/NAME.jpg</c> and
/// <c>wider_face_split/wider_face_val_bbx_gt.txt</c>, and the same with <c>train</c>. A folder may hold only some of the listed images.
/// </summary>
public sealed class WiderFaceDataset
{
    private WiderFaceDataset(string root, WiderFaceSplit split, ILookup<bool, WiderFaceImage> images, ImmutableArray<string> oddPaths)
    {
        Root = root;
        Split = split;
        Images = [.. images[true]];
        Absent = [.. images[false]];
        OddPaths = oddPaths;
    }

    /// <summary>The folder it was opened from.</summary>
    public string Root { get; }

    /// <summary>The split.</summary>
    public WiderFaceSplit Split { get; }

    /// <summary>The listed images that are there, in the order of the list.</summary>
    public ImmutableArray<WiderFaceImage> Images { get; }

    /// <summary>The listed images whose file is not there, in the order of the list.</summary>
    public ImmutableArray<WiderFaceImage> Absent { get; }

    /// <summary>Lines of the list, with their numbers, that should be the path of an image and are not.</summary>
    public ImmutableArray<string> OddPaths { get; }

    /// <summary>The number of images in the list.</summary>
    public int Listed => Images.Length + Absent.Length;

    /// <summary>The number of annotated faces in <see cref="Images"/>.</summary>
    public int FaceCount => Images.Sum(image => image.Faces.Length);

    /// <summary>Reads the list of a split and looks which of its images are there.</summary>
    /// <param name="root">The folder that holds <c>wider_face_split</c> and <c>WIDER_val</c> or <c>WIDER_train</c>.</param>
    /// <param name="split">The split.</param>
    /// <exception cref="FileNotFoundException">The list is missing.</exception>
    /// <exception cref="InvalidFileException">The list names no image.</exception>
    /// <exception cref="IOException">The list cannot be read.</exception>
    public static WiderFaceDataset Open(string root, WiderFaceSplit split)
    {
        var part = split == WiderFaceSplit.Train ? "train" : "val";
        var list = Path.Combine(root, "wider_face_split", $"wider_face_{part}_bbx_gt.txt");
        if (!Path.Exists(list)) throw new FileNotFoundException($"{root}: no WIDER FACE data set here, {list} is missing", list);
        var (images, oddPaths) = AnnotationFile.Read(list, Path.Combine(root, $"WIDER_{part}", "images"));
        return new WiderFaceDataset(root, split, images.ToLookup(image => File.Exists(image.Path)), oddPaths);
    }
}
