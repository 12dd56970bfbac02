using System.Collections.Immutable;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training;
using Secateur.Training.Loss;

namespace Secateur.Gpu.Tests.Loss;

/// <summary>Anchors, faces and network outputs made up.</summary>
internal sealed record LossBatch(ImmutableArray<FaceBox>[] Faces, float[] Locations, float[] Scores)
{
    /// <summary>The six levels of the published detectors.</summary>
    public static AnchorGrid Grid(int height, int width, double aspect = 1)
    {
        var network = EResFd.Create();
        return new AnchorGrid(network.With(network.Head with { AnchorAspect = aspect }), height, width);
    }

    /// <summary>One level of stride 4, anchors of 16 pixels.</summary>
    public static AnchorGrid SmallGrid(int height, int width) => new(BrightSpotDetector.Create().Network, height, width);

    /// <summary>Random outputs for <paramref name="batch"/> images.</summary>
    /// <param name="random">Where numbers come from.</param>
    /// <param name="grid">The anchors.</param>
    /// <param name="batch">The images that the memory holds.</param>
    /// <param name="levels">Values that a score can have; 0 for any. Few of them make many equal margins.</param>
    /// <param name="faces">The faces of the images that are there.</param>
    public static LossBatch Of(Random random, AnchorGrid grid, int batch, int levels, params ImmutableArray<FaceBox>[] faces)
    {
        var scores = Values(random, batch * grid.Count * 2, 2);
        if (levels > 0)
        {
            for (var i = 0; i < scores.Length; i++) scores[i] = random.Next(levels) - (levels / 2);
        }

        return new LossBatch(faces, Values(random, batch * grid.Count * 4, 3), scores);
    }

    /// <summary>Faces from 3 pixels to the whole image; some reach outside.</summary>
    public static ImmutableArray<FaceBox> Anywhere(Random random, int count, int height, int width) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            var side = 3 * MathF.Pow(Math.Min(height, width) / 3f, random.NextSingle());
            var (x, y) = ((random.NextSingle() * width) - (side / 2), (random.NextSingle() * height) - (side / 2));
            return new FaceBox(x / width, y / height, (x + side) / width, (y + (side * (0.8f + random.NextSingle()))) / height);
        }),
    ];

    /// <summary>Faces on whole pixels, of which many overlap anchors and each other exactly alike.</summary>
    public static ImmutableArray<FaceBox> Aligned(Random random, int count, int height, int width) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            var side = 4 << random.Next(5);
            var (x, y) = (4 * random.Next(width / 4), 4 * random.Next(height / 4));
            return new FaceBox((float)x / width, (float)y / height, (float)(x + side) / width, (float)(y + side) / height);
        }),
    ];

    /// <summary>Faces smaller than a pixel.</summary>
    public static ImmutableArray<FaceBox> Tiny(Random random, int count) =>
    [
        .. Enumerable.Range(0, count).Select(_ =>
        {
            var (x, y) = (random.NextSingle(), random.NextSingle());
            return new FaceBox(x, y, x + (1e-5f * (1 + random.NextSingle())), y + (1e-4f * (1 + random.NextSingle())));
        }),
    ];

    private static float[] Values(Random random, int count, double scale) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(RandomWeights.Normal(random) * scale))];
}
