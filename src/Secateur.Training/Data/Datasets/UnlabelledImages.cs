using Secateur.Imaging;

namespace Secateur.Training.Data.Datasets;

/// <summary>Opens a folder of images of which nothing else is known.</summary>
public static class UnlabelledImages
{
    private const int HeldOutOf = 20;

    /// <summary>The images of a folder and its subfolders, checked by their headers.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="strict">Whether an unreadable image is an error; otherwise it is left out and counted.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidFileException">There is no image that can be used, or, if strict, one that cannot.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static FaceDataset Open(string root, bool strict = false)
    {
        if (!Directory.Exists(root)) throw new DirectoryNotFoundException($"{root}: no such folder");
        var (images, lint) = new LabelLinter(strict).Check(LabelFiles.ImagesBelow(root).Select(name => new ListedImage(Path.Combine(root, name), name, []) { Unlabelled = true }));
        return images.IsEmpty
            ? throw new InvalidFileException(root, $"has no usable image ({string.Join(", ", ImageFile.Extensions)}); {lint}")
            : new FaceDataset(root, "Unlabelled", DatasetSplit.Train, images, lint) { IsUnlabelled = true };
    }

    /// <summary>Holds one of twenty images out, chosen by a seed; of fewer none.</summary>
    /// <returns>The rest, and the images held out.</returns>
    internal static (FaceDataset Train, FaceDataset? HeldOut) Split(FaceDataset all, long seed)
    {
        // Numbers of an epoch that none is.
        var chosen = new SeededRandom(seed, -1).Permutation(all.Images.Length).Take(all.Images.Length / HeldOutOf).ToHashSet();
        if (chosen.Count == 0) return (all, null);
        FaceDataset Part(bool isHeldOut) => all with { Images = [.. all.Images.Where((_, i) => chosen.Contains(i) == isHeldOut)] };
        return (Part(false), Part(true) with { Split = DatasetSplit.Validation, Lint = new LabelLint(chosen.Count, 0, []) });
    }
}
