using System.Collections.Immutable;
using Secateur.Training;
using Secateur.Training.Data.Augmentation;

namespace Secateur.Gpu.Data;

/// <summary>A sample whose pixels are made on the device.</summary>
/// <param name="Picture">The decoded picture.</param>
/// <param name="Recipe">What to do with it.</param>
/// <param name="Faces">The faces; at least one where it is trained on.</param>
/// <param name="Name">Where it came from, for messages.</param>
internal sealed record DeviceSample(StoredPicture Picture, SampleRecipe Recipe, ImmutableArray<FaceBox> Faces, string Name)
{
    /// <summary>A sample whose pixels are there already.</summary>
    /// <exception cref="ArgumentException">It is not square.</exception>
    public static DeviceSample Of(TrainingSample sample)
    {
        var image = sample.Image;
        if (image.Width != image.Height) throw new ArgumentException($"{sample.Name}: {image.Width} x {image.Height} pixels are no square", nameof(sample));
        return new DeviceSample(new StoredPicture(image, 1, PicturePlace.Nowhere, 0), SampleRecipe.AsItIs(image.Width), sample.Faces, sample.Name);
    }
}
