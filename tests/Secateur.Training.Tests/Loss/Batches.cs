using System.Collections.Immutable;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training.Loss;

namespace Secateur.Training.Tests.Loss;

/// <summary>Anchors, faces and network outputs made up.</summary>
internal static class Batches
{
    /// <summary>The six levels of the published detectors.</summary>
    public static AnchorGrid Grid(int height, int width, double aspect = 1)
    {
        var network = EResFd.Create();
        return new AnchorGrid(network.With(network.Head with { AnchorAspect = aspect }), height, width);
    }

    /// <summary>One level of stride 4, anchors of 16 pixels.</summary>
    public static AnchorGrid SmallGrid(int height, int width) => new(BrightSpotDetector.Create().Network, height, width);

    /// <summary>Faces from 3 pixels to the whole image; some reach outside.</summary>
    public static ImmutableArray<FaceBox> Faces(Random random, int count, int height, int width) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            var side = 3 * MathF.Pow(Math.Min(height, width) / 3f, random.NextSingle());
            var (x, y) = ((random.NextSingle() * width) - (side / 2), (random.NextSingle() * height) - (side / 2));
            return new FaceBox(x / width, y / height, (x + side) / width, (y + (side * (0.8f + random.NextSingle()))) / height);
        }),
    ];

    /// <summary>Faces on whole pixels, of which many overlap anchors and each other exactly alike.</summary>
    public static ImmutableArray<FaceBox> AlignedFaces(Random random, int count, int height, int width) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            var side = 4 << random.Next(5);
            var (x, y) = (4 * random.Next(width / 4), 4 * random.Next(height / 4));
            return new FaceBox((float)x / width, (float)y / height, (float)(x + side) / width, (float)(y + side) / height);
        }),
    ];

    public static float[] Values(Random random, int count, double scale = 1) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(RandomWeights.Normal(random) * scale))];
}
