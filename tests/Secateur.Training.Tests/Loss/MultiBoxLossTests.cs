using System.Collections.Immutable;
using Secateur.Training.Loss;
using Xunit;

namespace Secateur.Training.Tests.Loss;

public class MultiBoxLossTests
{
    [Fact]
    public void A_single_match_is_the_sum_by_hand()
    {
        // The face is 4 pixels in the middle of 16, inside most anchors: the first one learns it, and with it three negatives.
        var loss = new MultiBoxLoss(Batches.SmallGrid(16, 16));
        var (locations, scores) = (new float[64], new float[32]);
        scores[2 * 9] = -1;
        var face = new FaceBox(6f / 16, 6f / 16, 10f / 16, 10f / 16);

        var result = loss.Compute(locations, scores, [[face]]);

        // Targets: centre (8 - 2) / (0.1 * 16) twice, size log(4 / 16) / 0.2 twice, all beyond 1 of zero.
        Assert.Equal((2 * (3.75 - 0.5)) + (2 * ((Math.Log(4) / 0.2) - 0.5)), result.Location, 1e-5);
        Assert.Equal((3 * Math.Log(2)) + Math.Log(1 + Math.E), result.Confidence, 1e-12);
        Assert.Equal(result.Location + result.Confidence, result.Total);
        Assert.Equal(1, result.Positives);
        Assert.Empty(result.NonFiniteImages);
    }

    [Theory]
    [InlineData(32, 48, 6)] // all anchors enter the loss: as many negatives as there are
    [InlineData(64, 96, 2)]
    public void Gradients_equal_finite_differences(int height, int width, int faceCount)
    {
        var random = new Random(height);
        var grid = Batches.SmallGrid(height, width);
        var loss = new MultiBoxLoss(grid);
        ImmutableArray<FaceBox>[] faces = [Batches.Faces(random, faceCount, height, width), Batches.Faces(random, 1, height, width)];
        var locations = Batches.Values(random, 8 * grid.Count, scale: 3);
        var scores = Batches.Values(random, 4 * grid.Count, scale: 2);
        var (locationGradients, scoreGradients) = (Garbage(locations.Length), Garbage(scores.Length));

        loss.Compute(locations, scores, faces, locationGradients, scoreGradients);

        AssertDifferences(locations, locationGradients);
        AssertDifferences(scores, scoreGradients);
        Assert.InRange(scoreGradients.Count(g => g != 0), 16, height == 32 ? scores.Length : scores.Length - 2);

        void AssertDifferences(float[] values, float[] gradients)
        {
            for (var i = 0; i < values.Length; i++)
            {
                var value = values[i];
                var (low, high) = (value - 1e-3f, value + 1e-3f);
                values[i] = high;
                var above = loss.Compute(locations, scores, faces).Total;
                values[i] = low;
                var below = loss.Compute(locations, scores, faces).Total;
                values[i] = value;
                Assert.Equal((above - below) / ((double)high - low), gradients[i], 1e-5);
            }
        }
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        var random = new Random(3);
        const int Images = 5;
        var grid = Batches.Grid(96, 128);
        var faces = Enumerable.Range(0, Images).Select(n => Batches.Faces(random, 4 * n, 96, 128)).ToList();
        var locations = Batches.Values(random, 4 * Images * grid.Count);
        var scores = Batches.Values(random, 2 * Images * grid.Count);
        var runs = new[] { 1, 2, 5 }.Select(threads =>
        {
            var (locationGradients, scoreGradients) = (Garbage(locations.Length), Garbage(scores.Length));
            var loss = new MultiBoxLoss(grid, threads);
            loss.Compute(locations, scores, [faces[^1]]);
            var result = loss.Compute(locations, scores, faces, locationGradients, scoreGradients);
            Assert.Equal(result with { NonFiniteImages = [] }, loss.Compute(locations, scores, faces) with { NonFiniteImages = [] });
            return (result.Location, result.Confidence, result.Positives, locationGradients, scoreGradients);
        }).ToList();

        foreach (var run in runs[1..])
        {
            Assert.Equal((runs[0].Location, runs[0].Confidence, runs[0].Positives), (run.Location, run.Confidence, run.Positives));
            Assert.Equal(runs[0].locationGradients, run.locationGradients);
            Assert.Equal(runs[0].scoreGradients, run.scoreGradients);
        }
    }

    [Fact]
    public void Images_that_no_faces_are_given_for_have_no_gradient()
    {
        var random = new Random(4);
        var grid = Batches.SmallGrid(32, 32);
        var faces = Batches.Faces(random, 2, 32, 32);
        var locations = Batches.Values(random, 2 * 4 * grid.Count);
        var scores = Batches.Values(random, 2 * 2 * grid.Count);
        var (locationGradients, scoreGradients) = (Garbage(locations.Length), Garbage(scores.Length));

        new MultiBoxLoss(grid).Compute(locations, scores, [faces], locationGradients, scoreGradients);

        Assert.All(locationGradients[(4 * grid.Count)..], g => Assert.Equal(0, g));
        Assert.All(scoreGradients[(2 * grid.Count)..], g => Assert.Equal(0, g));
        Assert.Contains(locationGradients, g => g != 0);
    }

    [Fact]
    public void A_batch_without_faces_has_no_loss()
    {
        var grid = Batches.SmallGrid(32, 32);
        var (locationGradients, scoreGradients) = (Garbage(4 * grid.Count), Garbage(2 * grid.Count));

        var result = new MultiBoxLoss(grid).Compute(new float[4 * grid.Count], new float[2 * grid.Count], [[]], locationGradients, scoreGradients);

        Assert.Equal((0.0, 0.0, 0), (result.Location, result.Confidence, result.Positives));
        Assert.All(locationGradients.Concat(scoreGradients), g => Assert.Equal(0, g));
    }

    [Fact]
    public void Images_whose_loss_is_no_number_are_named()
    {
        var random = new Random(5);
        var grid = Batches.SmallGrid(32, 32);
        var faces = Enumerable.Range(0, 4).Select(_ => Batches.Faces(random, 2, 32, 32)).ToList();
        var locations = Batches.Values(random, 4 * 4 * grid.Count);
        var scores = Batches.Values(random, 4 * 2 * grid.Count);
        scores[(1 * 2 * grid.Count) + 17] = float.NaN;
        locations.AsSpan(3 * 4 * grid.Count).Fill(float.PositiveInfinity);

        var result = new MultiBoxLoss(grid, threads: 2).Compute(locations, scores, faces);

        Assert.Equal([1, 3], result.NonFiniteImages.ToArray());
        Assert.False(double.IsFinite(result.Total));
    }

    [Fact]
    public void Extreme_scores_overflow_nothing()
    {
        var grid = Batches.SmallGrid(16, 16);
        var scores = Enumerable.Range(0, 2 * grid.Count).Select(i => i % 2 == 0 ? 1e30f : -1e30f).ToArray();
        var (locationGradients, scoreGradients) = (Garbage(4 * grid.Count), Garbage(2 * grid.Count));

        var result = new MultiBoxLoss(grid).Compute(new float[4 * grid.Count], scores, [[new FaceBox(0.4f, 0.4f, 0.6f, 0.6f)]], locationGradients, scoreGradients);

        Assert.Equal(2e30, result.Confidence, 1e25);
        Assert.Equal([-1f, 0f, 1f], scoreGradients.Distinct().Order());
    }

    [Fact]
    public void Wrong_lengths_and_faces_are_refused()
    {
        var grid = Batches.SmallGrid(16, 16);
        var loss = new MultiBoxLoss(grid);
        var (locations, scores, face) = (new float[2 * 64], new float[2 * 32], new FaceBox(0.2f, 0.2f, 0.8f, 0.8f));

        Assert.Contains("3 images need 192 values, got 128", Refusal([[face], [face], [face]]), StringComparison.Ordinal);
        Assert.Contains("needs an image", Refusal([]), StringComparison.Ordinal);
        Assert.Contains("image 1 of the batch", Refusal([[face], [face, face with { X2 = 0.2f }]]), StringComparison.Ordinal);
        Assert.Contains("image 0 of the batch", Refusal([[face with { Y1 = float.NaN }], [face]]), StringComparison.Ordinal);
        Assert.Contains("image 0 of the batch", Refusal([[face with { Y2 = float.PositiveInfinity }], [face]]), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => loss.Compute(locations, scores, [[face]], new float[64], new float[64]));
        Assert.Throws<ArgumentException>(() => loss.Compute(locations, scores, [[face]], new float[128], new float[32]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiBoxLoss(grid, threads: 0));

        string Refusal(ImmutableArray<FaceBox>[] faces) => Assert.Throws<ArgumentException>(() => loss.Compute(locations, scores, faces)).Message;
    }

    /// <summary>Arrays as a step before may have left them.</summary>
    private static float[] Garbage(int length)
    {
        var values = new float[length];
        Array.Fill(values, 7);
        return values;
    }
}
