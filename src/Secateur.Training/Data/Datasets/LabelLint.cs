using System.Collections.Immutable;
using System.Globalization;

namespace Secateur.Training.Data.Datasets;

/// <summary>What can be wrong with an image or a label.</summary>
public enum LintProblem
{
    /// <summary>The image file is not there; the image is left out.</summary>
    MissingImage,

    /// <summary>The header of the image file cannot be read; the image is left out.</summary>
    UnreadableImage,

    /// <summary>The image's own labels are missing or damaged; the image is left out.</summary>
    UnreadableLabels,

    /// <summary>A single label has another form than expected; it is left out.</summary>
    OddLabel,

    /// <summary>The image has no usable face; it is kept, but not trained on.</summary>
    ImageWithoutFaces,

    /// <summary>The face's width or height is zero or negative; the face is left out.</summary>
    ZeroArea,

    /// <summary>The face lies wholly outside the image; the face is left out.</summary>
    OutsideImage,

    /// <summary>The face lies partly outside the image; it is kept as it is.</summary>
    PartlyOutside,

    /// <summary>The image has the same face already; it counts once.</summary>
    DuplicateFace,

    /// <summary>The object is no face; it is left out.</summary>
    OtherObject,

    /// <summary>The image is turned upright as its EXIF orientation asks, as label tools show it.</summary>
    TurnedUpright,

    /// <summary>The image has an EXIF orientation, but its labels are for the pixels as stored, and so it is used.</summary>
    UsedAsStored,

    /// <summary>The image has another size than its labels say; it is kept.</summary>
    OtherSize,
}

/// <summary>One kind of problem.</summary>
/// <param name="Problem">The kind.</param>
/// <param name="Count">How many images, faces or objects have it.</param>
/// <param name="Examples">The first few of them: the image's name, with the reason or the box.</param>
public sealed record LintFinding(LintProblem Problem, int Count, ImmutableArray<string> Examples)
{
    /// <summary>The kind in words, for several of it.</summary>
    public string Words => Problem switch
    {
        LintProblem.MissingImage => "missing images, left out",
        LintProblem.UnreadableImage => "unreadable images, left out",
        LintProblem.UnreadableLabels => "images with unreadable labels, left out",
        LintProblem.OddLabel => "unreadable labels, left out",
        LintProblem.ImageWithoutFaces => "images without faces, not trained on",
        LintProblem.ZeroArea => "faces without area, left out",
        LintProblem.OutsideImage => "faces outside their image, left out",
        LintProblem.PartlyOutside => "faces partly outside their image, kept",
        LintProblem.DuplicateFace => "faces labelled twice, counted once",
        LintProblem.OtherObject => "objects that are no faces, left out",
        LintProblem.TurnedUpright => "images turned upright by their EXIF orientation",
        LintProblem.UsedAsStored => "images with an EXIF orientation, used as stored",
        _ => "images of another size than their labels say, kept",
    };

    /// <summary>The kind, how often, and an example, in one line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Words}: {Count}{(Examples is [var first, ..] ? $", such as {first}" : "")}");
}

/// <summary>What the linter found in the labels of a split, before hours are spent on them.</summary>
/// <param name="ListedImages">Images in the labels.</param>
/// <param name="ListedFaces">Faces in the labels.</param>
/// <param name="Findings">The problems that occur, in the order of <see cref="LintProblem"/>.</param>
public sealed record LabelLint(int ListedImages, int ListedFaces, ImmutableArray<LintFinding> Findings)
{
    /// <summary>How often a problem occurs.</summary>
    public int CountOf(LintProblem problem) => Findings.FirstOrDefault(finding => finding.Problem == problem)?.Count ?? 0;

    /// <summary>Everything in one line.</summary>
    public override string ToString() => string.Join("; ", Findings.Prepend<object>(string.Create(CultureInfo.InvariantCulture, $"{ListedImages} images listed")));
}
