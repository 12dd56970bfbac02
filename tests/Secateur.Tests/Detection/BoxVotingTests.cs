using Secateur.Detection;
using Secateur.Pixels;
using Xunit;

namespace Secateur.Tests.Detection;

public sealed class BoxVotingTests
{
    [Fact]
    public void A_group_becomes_its_weighted_mean_with_the_best_score()
    {
        var voted = Assert.Single(BoxVoting.Run([new(2, 0, 12, 10, 0.3f), new(0, 0, 10, 10, 0.9f)], 10));
        Assert.Equal(0.5f, voted.X1, 1e-5f);
        Assert.Equal((0f, 10f), (voted.Y1, voted.Y2));
        Assert.Equal(10.5f, voted.X2, 1e-5f);
        Assert.Equal(0.9f, voted.Score);
    }

    [Fact]
    public void A_box_that_no_other_confirms_is_dropped() =>
        Assert.Equal(0.6f, Assert.Single(BoxVoting.Run([new(0, 0, 10, 10, 0.9f), new(50, 0, 60, 10, 0.6f), new(50, 0, 60, 10, 0.5f)], 10)).Score);

    [Fact]
    public void Sides_count_pixels()
    {
        // 11 x 11 pixels each, 6 columns in common: 66 / (242 - 66) = 0.375. By plain lengths it would be 50 / 150.
        Assert.Single(BoxVoting.Run([new(0, 0, 10, 10, 0.9f), new(5, 0, 15, 10, 0.8f)], 10));

        // 5 columns: 55 / 187 = 0.294, below 0.3.
        Assert.Empty(BoxVoting.Run([new(0, 0, 10, 10, 0.9f), new(6, 0, 16, 10, 0.8f)], 10));

        // 1 x 1 pixels and 1 x 2 pixels, of plain area 0: 1 / 2.
        Assert.Single(BoxVoting.Run([new(3, 3, 3, 3, 0.9f), new(3, 3, 3, 4, 0.8f)], 10));
    }

    [Fact]
    public void Votes_go_to_the_best_box_around_and_are_used_up()
    {
        // The middle one overlaps both sides; the left one, the best, takes it, and the right one stays alone.
        Assert.Equal(0.9f, Assert.Single(BoxVoting.Run([new(0, 0, 10, 10, 0.9f), new(5, 0, 15, 10, 0.5f), new(10, 0, 20, 10, 0.8f)], 10)).Score);
    }

    [Fact]
    public void At_most_so_many_are_kept_the_best_first()
    {
        var boxes = Enumerable.Range(0, 10).SelectMany(i => new[] { Box(i, 0.1f + (0.05f * i)), Box(i, 0.1f) }).ToList();
        Assert.Equal([9, 8, 7], BoxVoting.Run([.. boxes], 3).Select(b => (int)(b.X1 / 100)));
        Assert.Equal(10, BoxVoting.Run([.. boxes], 100).Count);
        Assert.Empty(BoxVoting.Run([], 3));

        static FaceDetection Box(int i, float score) => new(100 * i, 0, (100 * i) + 10, 10, score);
    }

    [Fact]
    public void Boxes_turned_inside_out_do_not_stop_it()
    {
        FaceDetection inverted = new(10, 10, 0, 0, 0.95f);
        Assert.Equal(0.9f, Assert.Single(BoxVoting.Run([inverted, new(100, 0, 110, 10, 0.9f), new(100, 0, 110, 10, 0.8f)], 10)).Score);
    }
}
