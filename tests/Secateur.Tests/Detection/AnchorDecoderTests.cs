using Secateur.Detection;
using Secateur.Graph;
using Secateur.Kernels.Layout;
using Secateur.Pixels;
using Secateur.Runtime.Memory;
using Xunit;

namespace Secateur.Tests.Detection;

public sealed class AnchorDecoderTests
{
    private static readonly DetectorHead Head = new() { Levels = [new(8, 32, loc: 0, scores: 1)] };

    [Fact]
    public void A_box_of_zeros_is_the_anchor_around_its_cell()
    {
        var face = Assert.Single(Decode(Maps(2, 3, (1, 2, 4f, [0, 0, 0, 0])), 0.5f));
        Assert.Equal((4f, -4f, 36f, 28f), (face.X1, face.Y1, face.X2, face.Y2));
        Assert.Equal(1 / (1 + Math.Exp(-4)), face.Score, 1e-6);
    }

    [Fact]
    public void Shifts_count_tenths_of_the_anchor_and_sizes_fifths_in_the_exponent()
    {
        // centre 12 + 1.5 * 0.1 * 32, 4 - 0.5 * 0.1 * 32; width 32 * exp(0.2), height 32 * exp(-0.4)
        var face = Assert.Single(Decode(Maps(1, 2, (0, 1, 4f, [1.5f, -0.5f, 1, -2])), 0.5f));
        AssertBox((16.8 - (16 * Math.Exp(0.2)), 2.4 - (16 * Math.Exp(-0.4)), 16.8 + (16 * Math.Exp(0.2)), 2.4 + (16 * Math.Exp(-0.4))), face);
    }

    [Fact]
    public void Higher_anchors_change_heights_and_vertical_shifts_only()
    {
        // anchor 32 x 40: centre 4 + 0.1 * 32, 4 + 0.1 * 40
        var face = Assert.Single(Decode(Maps(1, 1, (0, 0, 4f, [1, 1, 0, 0])), 0.5f, aspect: 1.25));
        AssertBox((7.2 - 16, 8.0 - 20, 7.2 + 16, 8.0 + 20), face);
    }

    [Theory]
    [InlineData(0.05f)]
    [InlineData(0.3f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    [InlineData(0.9999f)]
    [InlineData(0.99999994f)]
    [InlineData(1e-7f)]
    public void Exactly_the_scores_above_the_confidence_are_taken(float confidence)
    {
        var middle = MathF.Log(confidence / (1 - confidence));
        var logits = Enumerable.Range(-400, 801).Select(i => middle + (i * 1e-5f)).Concat([middle - 1, middle + 1]).ToArray();
        var expected = logits.Select(d => 1 / (1 + MathF.Exp(-d))).Where(score => score > confidence).ToArray();
        Assert.InRange(expected.Length, 1, logits.Length - 1);

        var faces = Decode(Maps(1, logits.Length, [.. logits.Select((d, x) => (0, x, d, new float[4]))]), confidence);

        Assert.Equal(expected, faces.Select(f => f.Score));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(10_000)]
    public unsafe void The_best_cells_of_all_levels_come_best_first_and_equal_ones_in_order(int most)
    {
        // Two levels; few different logits, so that many are equal.
        var random = new Random(most);
        var maps = new[] { (Height: 30, Width: 41), (Height: 15, Width: 20) }
            .Select(size => Maps(size.Height, size.Width, [.. Enumerable.Range(0, size.Height * size.Width).Select(i => (i / size.Width, i % size.Width, random.Next(-20, 40) / 4f, new float[4]))]))
            .ToArray();
        var expected = maps
            .SelectMany((map, level) => Enumerable.Range(0, map.Height * map.Width).Select(i => new Candidate(
                level, i / map.Width, i % map.Width, 0, 1 / (1 + MathF.Exp(-map.Scores[(map.Height * map.Width) + i])))))
            .Where(c => c.Score > 0.3f)
            .OrderByDescending(c => c.Score)
            .Take(most);
        var candidates = new Candidates(0.3f, most);
        foreach (var map in maps)
        {
            fixed (float* scores = map.Scores) candidates.Add(new ResultMap(scores, Placed(2, map)));
        }

        Assert.Equal(expected, candidates.Best());
    }

    [Fact]
    public void At_confidence_zero_every_cell_with_a_positive_score_is_taken()
    {
        var faces = Decode(Maps(1, 5, (0, 0, -80f, new float[4]), (0, 1, -200f, new float[4]), (0, 2, 0f, new float[4]), (0, 3, float.NaN, new float[4]), (0, 4, 90f, new float[4])), 0);
        Assert.Equal([4f, 20f, 36f], faces.Select(f => (f.X1 + f.X2) / 2));
        Assert.True(faces[0].Score is > 0 and < 1e-30f);
    }

    [Theory]
    [InlineData(0, float.NaN)]
    [InlineData(1, float.PositiveInfinity)]
    [InlineData(2, 1000)]
    [InlineData(3, 1000)]
    public void A_box_without_finite_corners_is_dropped(int coordinate, float value)
    {
        var box = new float[4];
        box[coordinate] = value;
        Assert.Empty(Decode(Maps(1, 1, (0, 0, 4f, box)), 0.5f));
    }

    private static void AssertBox((double X1, double Y1, double X2, double Y2) expected, FaceDetection face)
    {
        Assert.Equal(expected.X1, face.X1, 1e-4);
        Assert.Equal(expected.Y1, face.Y1, 1e-4);
        Assert.Equal(expected.X2, face.X2, 1e-4);
        Assert.Equal(expected.Y2, face.Y2, 1e-4);
    }

    /// <summary>Maps whose cells are sure background (logit -1000) but those given with row, column, face logit and encoded box.</summary>
    private static (int Height, int Width, float[] Loc, float[] Scores) Maps(int height, int width, params (int Y, int X, float Logit, float[] Box)[] cells)
    {
        var area = height * width;
        var (loc, scores) = (new float[4 * area], new float[2 * area]);
        scores.AsSpan(area).Fill(-1000);
        foreach (var (y, x, logit, box) in cells)
        {
            var cell = (y * width) + x;
            scores[area + cell] = logit;
            for (var c = 0; c < 4; c++) loc[(c * area) + cell] = box[c];
        }

        return (height, width, loc, scores);
    }

    private static unsafe List<FaceDetection> Decode((int Height, int Width, float[] Loc, float[] Scores) maps, float confidence, double aspect = 1, int most = 5000)
    {
        var boxes = new List<FaceDetection>();
        fixed (float* loc = maps.Loc, scores = maps.Scores)
        {
            var candidates = new Candidates(confidence, most);
            candidates.Add(new ResultMap(scores, Placed(2, maps)));
            foreach (var candidate in candidates.Best().OrderBy(c => c.Y).ThenBy(c => c.X))
            {
                if (AnchorDecoder.Decode(Head with { AnchorAspect = aspect }, new ResultMap(loc, Placed(4, maps)), candidate) is { } box) boxes.Add(box);
            }
        }

        return boxes;
    }

    private static PlacedMap Placed(int channels, (int Height, int Width, float[] Loc, float[] Scores) maps) =>
        new(new PlanarLayout(maps.Height, maps.Width, halo: 0), [.. Enumerable.Range(0, channels).Select(c => (nint)(c * maps.Height * maps.Width))]);
}
