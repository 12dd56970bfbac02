using System.Collections.Immutable;

namespace Secateur.Training.Data.Datasets;

/// <summary>What can be wrong with an image or a label.</summary>
public enum LintProblem
{
    /// <summary>The image file is not there; the image is left out.</summary>
    MissingImage,

    /// <summary>The header of the image file cannot be read; the image is left out.</summary>
    UnreadableImage,

    /// <summary>The image's own label file is missing or damaged; the image is left out.</summary>
    UnreadableLabels,

    /// <summary>The image has no usable face; it is kept, but not trained on.</summary>
    ImageWithoutFaces,

    /// <summary>The face's width or height is zero or negative; the face is left out.</summary>
    ZeroArea,

    /// <summary>The face lies wholly outside the image; the face is left out.</summary>
    OutsideImage,

    /// <summary>The face lies partly outside the image; it is kept as it is.</summary>
    PartlyOutside,

    /// <summary>The object is no face; it is left out.</summary>
    OtherObject,
}

/// <summary>One kind of problem.</summary>
/// <param name="Problem">The kind.</param>
/// <param name="Count">How many images, faces or objects have it.</param>
/// <param name="Examples">The first few of them: the image's name, with the reason or the box.</param>
public sealed record LintFinding(LintProblem Problem, int Count, ImmutableArray<string> Examples);

/// <summary>What the linter found in the labels of a split, before hours are spent on them.</summary>
/// <param name="ListedImages">Images in the labels.</param>
/// <param name="ListedFaces">Faces in the labels.</param>
/// <param name="Findings">The problems that occur, in the order of <see cref="LintProblem"/>.</param>
public sealed record LabelLint(int ListedImages, int ListedFaces, ImmutableArray<LintFinding> Findings)
{
    /// <summary>How often a problem occurs.</summary>
    public int CountOf(LintProblem problem) => Findings.FirstOrDefault(finding => finding.Problem == problem)?.Count ?? 0;
}
