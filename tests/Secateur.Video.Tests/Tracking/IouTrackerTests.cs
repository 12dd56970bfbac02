using Secateur.Pixels;
using Secateur.Video.Tracking;
using Xunit;

namespace Secateur.Video.Tests.Tracking;

public sealed class IouTrackerTests
{
    [Fact]
    public void A_face_that_moves_a_little_keeps_its_number_and_a_new_one_gets_the_next()
    {
        var tracker = new IouTracker();
        Assert.Equal([1], tracker.Update([Box(0)]));
        Assert.Equal([2, 1], tracker.Update([Box(100), Box(3)]));
        Assert.Equal([1, 2], tracker.Update([Box(6), Box(97)]));
        Assert.Equal([3], tracker.Update([Box(50)]));
        Assert.Equal(3, tracker.Count);
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    public void The_threshold_is_the_least_overlap(float moved, int expected)
    {
        // Boxes of 10 x 10: moved by 5 they share 50 of 150, by 6 40 of 160.
        var tracker = new IouTracker(threshold: 1 / 3d);
        tracker.Update([Box(0)]);
        Assert.Equal([expected], tracker.Update([Box(moved)]));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    public void A_face_that_is_away_for_longer_than_the_patience_is_a_new_one(int away, int expected)
    {
        var tracker = new IouTracker(patience: 2);
        tracker.Update([Box(0)]);
        for (var i = 0; i < away; i++) Assert.Empty(tracker.Update([]));
        Assert.Equal([expected], tracker.Update([Box(1)]));
    }

    /// <summary>The first track could have either box, and the second only what the first would take.</summary>
    [Fact]
    public void The_best_overlap_comes_first_and_each_track_has_one_box()
    {
        var tracker = new IouTracker(threshold: 0.1);
        Assert.Equal([1, 2], tracker.Update([Box(0), Box(6)]));
        Assert.Equal([2, 1], tracker.Update([Box(5), Box(-4)]));
        Assert.Equal([2, 3, 1], tracker.Update([Box(5), Box(5.5f), Box(-4)]));
    }

    [Fact]
    public void Of_equal_overlaps_the_older_track_and_the_earlier_box_win()
    {
        var tracker = new IouTracker();
        tracker.Update([Box(0), Box(0)]);
        Assert.Equal([1, 2], tracker.Update([Box(0), Box(0)]));
        Assert.Equal([1], tracker.Update([Box(2)]));
        Assert.Equal([1, 2], tracker.Update([Box(2), Box(0)]));
    }

    [Fact]
    public void Boxes_without_area_are_faces_of_their_own()
    {
        var tracker = new IouTracker();
        var flat = new FaceDetection(1, 1, 1, 5, 0.9f);
        Assert.Equal([1], tracker.Update([flat]));
        Assert.Equal([2], tracker.Update([flat]));
        Assert.Equal([3], tracker.Update([new FaceDetection(float.NaN, 0, 10, 10, 0.9f)]));
    }

    private static FaceDetection Box(float left) => new(left, 20, left + 10, 30, 0.9f);
}
