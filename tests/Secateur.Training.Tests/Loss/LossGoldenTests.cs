using Secateur.Kernels;
using Secateur.TestSupport;
using Secateur.Training.Loss;
using Xunit;

namespace Secateur.Training.Tests.Loss;

/// <summary>Matching, mining, losses and their gradients for drawn outputs and faces against PyTorch: tests/Goldens/parity.</summary>
public class LossGoldenTests
{
    private static readonly IReadOnlyDictionary<string, Tensor> Expected = Golden.Read("loss");

    public static TheoryData<string, int, int, bool> Cases => new()
    {
        { "sizes", 128, 160, false },
        { "tiny", 128, 160, false },
        { "ties", 160, 128, true },
        { "crowded", 32, 32, true },
        { "partly_empty", 64, 96, true },
        { "empty", 64, 96, true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Faces_get_the_anchors_and_targets_of_PyTorch(string name, int height, int width, bool hasTies)
    {
        var (grid, scores) = (Batches.Grid(height, width), Scores(name, height, width, hasTies));
        var (matcher, mining) = (new AnchorMatcher(grid), new HardNegativeMining(grid.Count));
        Span<float> target = stackalloc float[4];
        for (var n = 0; n < 2; n++)
        {
            var faces = Faces.Of(Expected[$"{name}.faces_{n}"]);
            matcher.Match(faces.AsSpan());
            var positives = matcher.Positives.Order().ToArray();
            Assert.Equal(Integers($"{name}.positives_{n}"), positives);
            Assert.Equal(Integers($"{name}.matches_{n}"), positives.Select(a => matcher.Faces[a]));
            Assert.Equal(Integers($"{name}.negatives_{n}"), mining.Select(scores.AsSpan(2 * n * grid.Count), matcher.IsPositive, positives.Length));
            var targets = new List<double>();
            foreach (var anchor in positives)
            {
                BoxEncoder.Encode(faces[matcher.Faces[anchor]], grid[anchor], grid.Variances, target);
                foreach (var value in target) targets.Add(value);
            }

            Golden.AssertNear(Expected[$"{name}.targets_{n}"].Data, targets, 1e-6, $"{name}, targets of image {n}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Losses_and_gradients_equal_PyTorch(string name, int height, int width, bool hasTies)
    {
        var grid = Batches.Grid(height, width);
        float[] locations = [.. GoldenNumbers.Uniform(name + "/locations", 2 * 4 * grid.Count).Select(u => (float)((8 * u) - 4))];
        var scores = Scores(name, height, width, hasTies);
        var (locationGradients, scoreGradients) = (new float[locations.Length], new float[scores.Length]);
        var faces = new[] { Faces.Of(Expected[$"{name}.faces_0"]), Faces.Of(Expected[$"{name}.faces_1"]) };

        var loss = new MultiBoxLoss(grid, threads: 2).Compute(locations, scores, faces, locationGradients, scoreGradients);

        Golden.AssertNear(Expected[name + ".losses"].Data, [loss.Location, loss.Confidence], 1e-6, name + ", losses");
        for (var n = 0; n < 2; n++)
        {
            var (positives, negatives) = (Integers($"{name}.positives_{n}"), Integers($"{name}.negatives_{n}"));
            AssertGradients($"{name}.location_gradients_{n}", positives, locationGradients.AsSpan(4 * n * grid.Count, 4 * grid.Count), 4);
            AssertGradients($"{name}.score_gradients_{n}", positives.Concat(negatives).Order(), scoreGradients.AsSpan(2 * n * grid.Count, 2 * grid.Count), 2);
        }
    }

    /// <summary>The file has the gradients of the anchors that take part; those of others are zero.</summary>
    private static void AssertGradients(string name, IEnumerable<int> anchors, ReadOnlySpan<float> gradients, int perAnchor)
    {
        var expected = new float[gradients.Length];
        foreach (var (row, anchor) in anchors.Index()) Expected[name].Data.AsSpan(row * perAnchor, perAnchor).CopyTo(expected.AsSpan(anchor * perAnchor));
        // Targets are rounded where an anchor and a face have nearly the same centre.
        Golden.AssertNear(expected, gradients.ToArray().Select(v => (double)v), 1e-5, name);
    }

    private static float[] Scores(string name, int height, int width, bool hasTies) =>
    [
        .. GoldenNumbers.Uniform(name + "/scores", 2 * 2 * Batches.Grid(height, width).Count)
            .Select(u => (float)(hasTies ? Math.Floor(4 * ((8 * u) - 4)) / 4 : (8 * u) - 4)),
    ];

    private static int[] Integers(string name) => [.. Expected[name].Data.Select(v => (int)v)];
}
