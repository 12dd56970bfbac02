namespace Secateur.Training.Data.Augmentation;

/// <summary>All that makes a sample of a decoded image, wherever its pixels are made.</summary>
/// <param name="Axes">The chosen window through the drawn filter.</param>
/// <param name="Photometric">The photometric steps on what is shown.</param>
internal sealed record SampleRecipe(ResampleAxes Axes, PhotometricDraws Photometric)
{
    /// <summary>Pixels of the sample's size, as they are.</summary>
    public static SampleRecipe AsItIs(int side) =>
        new(ResampleAxes.Create(side, side, SampleWindow.Whole(side, side), side, ResampleFilter.Nearest), PhotometricDraws.None);
}
