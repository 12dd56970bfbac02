using System.Collections.Immutable;
using Secateur.Pixels;
using Secateur.Training;

namespace Secateur.Bench.Training;

/// <summary>Samples of noise with a few square faces: as expensive to train on as photos.</summary>
internal static class RandomSamples
{
    private const int MostFaces = 6;
    private const int SmallestFace = 16;

    public static TrainingSample[] Create(int count, int imageSize, int seed)
    {
        var random = new SeededRandom(seed);
        var samples = new TrainingSample[count];
        for (var i = 0; i < count; i++)
        {
            var image = new RgbImage(imageSize, imageSize);
            random.NextBytes(image.Pixels);
            ImmutableArray<FaceBox> faces = [.. Enumerable.Range(0, random.Next(1, MostFaces + 1)).Select(_ => CreateFace(random, imageSize))];
            samples[i] = new TrainingSample(image, faces, $"noise {i}");
        }

        return samples;
    }

    private static FaceBox CreateFace(SeededRandom random, int imageSize)
    {
        // Small ones more often, as in photos of crowds.
        var side = SmallestFace * Math.Pow(imageSize / (2.0 * SmallestFace), random.NextDouble()) / imageSize;
        var (x, y) = (random.NextDouble() * (1 - side), random.NextDouble() * (1 - side));
        return new FaceBox((float)x, (float)y, (float)(x + side), (float)(y + side));
    }
}
