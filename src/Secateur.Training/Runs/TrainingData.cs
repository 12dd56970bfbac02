using System.Security.Cryptography;
using System.Text;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;

namespace Secateur.Training.Runs;

/// <summary>The data of a run.</summary>
/// <param name="Train">The images to learn from.</param>
/// <param name="Validation">The images to validate on; null where a run does not validate, or the data set has no such split.</param>
public sealed record TrainingData(FaceDataset Train, FaceDataset? Validation)
{
    /// <summary>Opens both splits and checks that there is something to learn.</summary>
    /// <param name="root">The data set's folder, in any layout of <see cref="FaceDatasets"/>.</param>
    /// <param name="validate">Whether to open the validation split, where there is one.</param>
    /// <param name="strict">Whether a broken image is an error; else it is left out.</param>
    /// <exception cref="InvalidFileException">The folder has no known layout, or a split has no image with a face.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">A label file cannot be read.</exception>
    public static TrainingData Open(string root, bool validate, bool strict = false) =>
        new(Split(root, DatasetSplit.Train, strict), validate && FaceDatasets.HasSplit(root, DatasetSplit.Validation) ? Split(root, DatasetSplit.Validation, strict) : null);

    /// <summary>Opens images without labels, for distillation.</summary>
    /// <param name="root">Their folder; subfolders count.</param>
    /// <param name="validate">Whether to hold one of twenty images out to validate on, where there are so many.</param>
    /// <param name="seed">Chooses these: that of the run.</param>
    /// <param name="strict">Whether a broken image is an error; else it is left out.</param>
    /// <exception cref="InvalidFileException">There is no image that can be used.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static TrainingData OpenUnlabelled(string root, bool validate, long seed, bool strict = false)
    {
        var all = UnlabelledImages.Open(root, strict);
        var (train, heldOut) = validate ? UnlabelledImages.Split(all, seed) : (all, null);
        return new TrainingData(train, heldOut);
    }

    /// <summary>Opens the data that a run was begun with, where its configuration says.</summary>
    /// <exception cref="InvalidFileException">The folder has no known layout, or nothing to learn.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="IOException">A label file or the folder cannot be read.</exception>
    public static TrainingData Open(TrainingConfig config) => config.Distill
        ? OpenUnlabelled(config.Data, config.ValidateEvery > 0, config.Seed, config.Strict)
        : Open(config.Data, config.ValidateEvery > 0, config.Strict);

    /// <summary>Steps of an epoch.</summary>
    public int StepsPerEpoch(int batch) => SampleLoader.CountSteps(Train.Learnable.Length, batch);

    /// <summary>
    /// Tells data sets apart by all that a run depends on: names, sizes and boxes, of images without labels the files' lengths. Moving the folder changes nothing.
    /// </summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var split in new[] { Train, Validation })
        {
            if (split is null) continue;
            foreach (var image in split.Images)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{split.Split}\0{image.Name}\0{image.Width}\0{image.Height}\0")));
                if (split.IsUnlabelled) hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{new FileInfo(image.Path).Length}\0")));
                foreach (var face in image.Faces) hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{face.X1} {face.Y1} {face.X2} {face.Y2}\0")));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static FaceDataset Split(string root, DatasetSplit split, bool strict)
    {
        var data = FaceDatasets.Open(root, split, strict);
        if (data.FaceCount > 0) return data;
        var name = split == DatasetSplit.Train ? "train" : "validation";
        throw new InvalidFileException(root, $"none of the {data.Images.Length} images of its {name} split has a face; {data.Lint}");
    }
}
