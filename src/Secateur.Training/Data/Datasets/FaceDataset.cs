using System.Collections.Immutable;

namespace Secateur.Training.Data.Datasets;

/// <summary>A split of a data set of labelled faces, or of images without labels, checked: what is left after the linter took out what cannot be used.</summary>
/// <param name="Root">The folder it was opened from.</param>
/// <param name="Layout">The name of its layout, such as <c>WIDER FACE</c>.</param>
/// <param name="Split">The split.</param>
/// <param name="Images">The images, in the order of the data set; those without faces included.</param>
/// <param name="Lint">What was found wrong with it.</param>
public sealed record FaceDataset(string Root, string Layout, DatasetSplit Split, ImmutableArray<LabelledImage> Images, LabelLint Lint)
{
    /// <summary>Whether nothing is known of faces: the images are all there is.</summary>
    public bool IsUnlabelled { get; init; }

    /// <summary>The images that can be learnt from: those with faces, or all without labels.</summary>
    internal ImmutableArray<LabelledImage> Learnable => IsUnlabelled ? Images : [.. Images.Where(image => !image.Faces.IsEmpty)];

    /// <summary>The number of faces.</summary>
    public int FaceCount => Images.Sum(image => image.Faces.Length);

    /// <summary>The same split with no more than so many of its images, spread evenly over it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one image.</exception>
    public FaceDataset Thinned(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return Images.Length <= most ? this : this with { Images = [.. Enumerable.Range(0, most).Select(i => Images[(int)((long)i * Images.Length / most)])] };
    }
}
