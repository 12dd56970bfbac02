using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Pixels;
using Secateur.Training.Data.Datasets;

namespace Secateur.Training.Data.Augmentation;

/// <summary>
/// The augmentation of S3FD and PyramidBox: data-anchor-sampling or a random square crop, resizing with a random filter, mirroring, photometric
/// distortion. The geometry is chosen first, from the image's size alone, so that the pixels can be decoded no larger than needed; the
/// photometric steps, which work pixel by pixel, come last, on the few pixels that are left, instead of first. That changes rounding, and the mean
/// level of <see cref="Contrast"/>, which is the window's, not the image's.
/// </summary>
/// <param name="head">Whose anchors the faces are brought to, and whose mean colour is outside of the image.</param>
/// <param name="imageSize">Width and height of the samples in pixels.</param>
internal sealed class SampleAugmentation(DetectorHead head, int imageSize)
{
    private static readonly ResampleFilter[] Filters = Enum.GetValues<ResampleFilter>();

    private readonly ImmutableArray<int> _anchorSizes = head.AnchorSizes;

    /// <summary>Chooses the window.</summary>
    /// <param name="width">Width of the image in pixels.</param>
    /// <param name="height">Height of the image in pixels.</param>
    /// <param name="faces">Its faces; where none are known, a random square crop is chosen.</param>
    /// <param name="random">The sample's random numbers.</param>
    public SampleWindow ChooseWindow(int width, int height, ImmutableArray<LabelledFace> faces, SeededRandom random)
    {
        SampleWindow? window = !faces.IsEmpty && random.NextBool() ? AnchorSampling.Choose(width, height, faces, _anchorSizes, imageSize, random) : null;
        window ??= SquareCrop.Choose(width, height, faces, random);
        return (window ?? SampleWindow.Whole(width, height)) with { Mirrored = random.NextBool() };
    }

    /// <summary>Chooses how a chosen window becomes pixels.</summary>
    /// <param name="width">Width of the image, possibly reduced, in pixels.</param>
    /// <param name="height">Its height.</param>
    /// <param name="window">The window, in pixels of that image.</param>
    /// <param name="random">The sample's random numbers.</param>
    public SampleRecipe ChooseRecipe(int width, int height, SampleWindow window, SeededRandom random)
    {
        var axes = ResampleAxes.Create(width, height, window, imageSize, Filters[random.NextIndex(Filters.Length)]);
        return new SampleRecipe(axes, axes.ShowNothing ? PhotometricDraws.None : PhotometricDraws.Draw(random));
    }

    /// <summary>Makes the pixels.</summary>
    /// <param name="image">The image that the recipe was chosen for.</param>
    /// <param name="recipe">What to do with it.</param>
    public RgbImage Render(RgbImage image, SampleRecipe recipe)
    {
        var shown = Resampler.Resample(image, recipe.Axes, head.Pixels.Mean);
        PhotometricDistortion.Apply(shown, recipe.Photometric);
        return shown.Image;
    }
}
