using Secateur.Detection;
using Secateur.Pixels;
using Xunit;

namespace Secateur.Tests.Detection;

/// <summary>Suppression and voting over many boxes against their definitions, one pair of boxes at a time.</summary>
public sealed class CrowdTests
{
    private const double VotingOverlap = 0.3;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Suppression_keeps_the_boxes_that_no_better_one_overlaps(int seed)
    {
        var boxes = Crowd(seed);
        var (iou, keep) = (0.1f + (0.1f * (seed % 7)), seed % 3 == 0 ? 20 : 1000);
        var expected = new List<FaceDetection>();
        foreach (var box in boxes.OrderByDescending(b => b.Score))
        {
            if (expected.Count < keep && !expected.Any(better => Overlap(better, box, iou))) expected.Add(box);
        }

        NonMaximumSuppression.Run(boxes, iou, keep);

        Assert.Equal(expected, boxes);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Voting_takes_the_boxes_around_the_best_until_none_is_left(int seed)
    {
        var boxes = Crowd(seed);
        var keep = seed % 3 == 0 ? 20 : 1000;
        var left = boxes.OrderByDescending(b => b.Score).ToList();
        var expected = new List<FaceDetection>();
        while (left.Count > 0 && expected.Count < keep)
        {
            var best = left[0];
            var voters = left.Where(b => PixelIou(best, b) >= VotingOverlap).ToList();
            left = [.. left.Except(voters)];
            if (voters.Count < 2) continue;
            double weight = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0;
            foreach (var voter in voters)
            {
                weight += voter.Score;
                x1 += (double)voter.X1 * voter.Score;
                y1 += (double)voter.Y1 * voter.Score;
                x2 += (double)voter.X2 * voter.Score;
                y2 += (double)voter.Y2 * voter.Score;
            }

            expected.Add(new FaceDetection((float)(x1 / weight), (float)(y1 / weight), (float)(x2 / weight), (float)(y2 / weight), best.Score));
        }

        Assert.Equal(expected, BoxVoting.Run(boxes, keep));
    }

    [Fact]
    public void Scores_of_any_sign_are_sorted()
    {
        float[] scores = [0.5f, -1, 0, 3, -0.5f, 1e-30f, float.MaxValue, -1e-30f, float.MinValue, 0.5f];
        var boxes = scores.Select((score, i) => new FaceDetection(i, 0, 0, 0, score)).ToList();
        var expected = boxes.OrderByDescending(b => b.Score).ToList();
        NonMaximumSuppression.SortByScore(boxes);
        Assert.Equal(expected, boxes);
    }

    /// <summary>Groups of boxes about the same faces, some at the same places, some with equal scores.</summary>
    private static List<FaceDetection> Crowd(int seed)
    {
        var random = new Random(seed);
        var boxes = new List<FaceDetection>();
        for (var group = random.Next(1, 60); group > 0; group--)
        {
            var (x, y, side) = (random.Next(300), random.Next(300), random.Next(3, 60));
            for (var i = random.Next(1, 9); i > 0; i--)
            {
                var (dx, dy) = (side * 0.5f * random.NextSingle(), side * 0.5f * random.NextSingle());
                boxes.Add(new FaceDetection(x + dx, y + dy, x + dx + side, y + dy + (side * (1 + (0.2f * random.NextSingle()))), random.Next(1, 1000) / 1000f));
            }
        }

        return boxes;
    }

    private static bool Overlap(FaceDetection a, FaceDetection b, float iou)
    {
        var width = MathF.Min(a.X2, b.X2) - MathF.Max(a.X1, b.X1);
        var height = MathF.Min(a.Y2, b.Y2) - MathF.Max(a.Y1, b.Y1);
        if (width <= 0 || height <= 0) return false;
        var intersection = width * height;
        return intersection > iou * (((b.X2 - b.X1) * (b.Y2 - b.Y1)) + ((a.X2 - a.X1) * (a.Y2 - a.Y1)) - intersection);
    }

    private static double PixelIou(FaceDetection a, FaceDetection b)
    {
        var width = Math.Max(0.0, Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1) + 1.0);
        var height = Math.Max(0.0, Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1) + 1.0);
        return width * height / (Area(a) + Area(b) - (width * height));

        static double Area(FaceDetection box) => (box.X2 - box.X1 + 1.0) * (box.Y2 - box.Y1 + 1.0);
    }
}
