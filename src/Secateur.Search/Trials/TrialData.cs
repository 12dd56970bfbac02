using Secateur.Training.Data.Datasets;
using Secateur.Training.Runs;

namespace Secateur.Search.Trials;

/// <summary>
/// What trials learn from and are measured on: four fifths and a fifth of the training images, so that the validation split stays unseen until the end
/// (as in B-FPGM's code).
/// </summary>
/// <param name="Training">The images to learn from.</param>
/// <param name="HeldOut">The images to measure on.</param>
public sealed record TrialData(TrainingData Training, FaceDataset HeldOut)
{
    private const int Parts = 5;

    /// <summary>Divides the training images.</summary>
    /// <param name="train">The training split.</param>
    /// <param name="most">Images in all; null for all that there are.</param>
    /// <param name="seed">Chooses those that are held out.</param>
    /// <exception cref="ArgumentException">Fewer than two images have faces.</exception>
    public static TrialData Of(FaceDataset train, int? most, int seed)
    {
        var withFaces = train with { Images = [.. train.Images.Where(i => !i.Faces.IsEmpty)] };
        var images = withFaces.Thinned(most ?? int.MaxValue).Images;
        if (images.Length < 2) throw new ArgumentException($"{train.Root}: {images.Length} training images with faces, expected two or more: to learn from, and to measure on");
        var held = new SeededRandom(seed, "held out").Permutation(images.Length).Take(Math.Max(1, images.Length / Parts)).ToHashSet();
        FaceDataset Part(bool isHeld) => train with { Images = [.. images.Where((_, i) => held.Contains(i) == isHeld)] };
        return new TrialData(new TrainingData(Part(false), null), Part(true));
    }
}
