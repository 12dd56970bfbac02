using Secateur.Training.Loss;
using Xunit;

namespace Secateur.Training.Tests.Loss;

public class AnchorMatcherTests
{
    [Theory]
    [InlineData(128, 128, 1)]
    [InlineData(161, 235, 1)]
    [InlineData(96, 256, 1.25)]
    public void Equals_the_exhaustive_search(int height, int width, double aspect)
    {
        var random = new Random(1);
        var grid = Batches.Grid(height, width, aspect);
        var matcher = new AnchorMatcher(grid);
        foreach (var count in new[] { 0, 1, 2, 5, 20, 60, 1 })
        {
            AssertEqual(grid, matcher, [.. Batches.Faces(random, count, height, width)]);
            AssertEqual(grid, matcher, [.. Batches.AlignedFaces(random, count, height, width)]);
        }
    }

    [Fact]
    public void Every_face_gets_an_anchor_unless_a_later_one_has_the_same_best()
    {
        var grid = Batches.Grid(128, 128);
        var matcher = new AnchorMatcher(grid);
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var faces = Batches.Faces(random, 12, 128, 128);
            var best = faces.Select(f => ExhaustiveMatcher.BestAnchor(grid, f).Anchor).ToList();

            matcher.Match(faces.AsSpan());

            for (var j = 0; j < faces.Length; j++)
            {
                Assert.True(matcher.IsPositive[best[j]]);
                Assert.Equal(best.LastIndexOf(best[j]), matcher.Faces[best[j]]);
            }
        }
    }

    [Fact]
    public void Of_equal_faces_the_later_one_gets_the_best_anchor_and_the_first_the_others()
    {
        // 16 pixels around the centre of cell 3, 3 of the finest level: that anchor exactly.
        var face = new FaceBox(6f / 64, 6f / 64, 22f / 64, 22f / 64);
        var matcher = new AnchorMatcher(Batches.SmallGrid(64, 64));

        matcher.Match([face, face]);

        var faces = matcher.Faces.ToArray();
        const int Columns = 16;
        const int Best = (3 * Columns) + 3;
        Assert.Equal(1, faces[Best]);
        Assert.All(matcher.Positives.Where(a => a != Best).Select(a => faces[a]), j => Assert.Equal(0, j));

        // Cells one apart overlap by 12/20 or 9/23, above 0.35. Two apart in a row by 8/24: not, but two well matched faces call for two more.
        Assert.Equal(9 + 2, matcher.Positives.Count);
        Assert.True(matcher.IsPositive[Best - (2 * Columns)]);
        Assert.True(matcher.IsPositive[Best - 2]);
        Assert.False(matcher.IsPositive[Best + 2]);
    }

    [Fact]
    public void A_face_that_matches_badly_has_its_best_anchor_alone()
    {
        // 4 pixels: overlap 1/16 with every anchor around it, and the first of those wins.
        var matcher = new AnchorMatcher(Batches.SmallGrid(64, 64));

        matcher.Match([new FaceBox(32f / 64, 32f / 64, 36f / 64, 36f / 64)]);

        Assert.Equal([(7 * 16) + 7], matcher.Positives);
    }

    internal static void AssertEqual(AnchorGrid grid, AnchorMatcher matcher, FaceBox[] faces)
    {
        var (expectedFaces, expectedPositives) = ExhaustiveMatcher.Match(grid, faces);

        matcher.Match(faces);

        Assert.Equal(expectedFaces, matcher.Faces.ToArray());
        Assert.Equal(expectedPositives, matcher.IsPositive.ToArray());
        Assert.Equal(Enumerable.Range(0, grid.Count).Where(a => expectedPositives[a]), matcher.Positives.Order());
    }
}
