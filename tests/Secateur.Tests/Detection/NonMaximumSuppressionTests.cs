using Secateur.Detection;
using Secateur.Pixels;
using Xunit;

namespace Secateur.Tests.Detection;

public sealed class NonMaximumSuppressionTests
{
    [Fact]
    public void The_best_of_overlapping_boxes_stays_and_the_order_is_by_score()
    {
        FaceDetection weak = new(1, 1, 11, 11, 0.4f), strong = new(0, 0, 10, 10, 0.9f), apart = new(50, 50, 60, 60, 0.6f);
        Assert.Equal([strong, apart], Run([weak, strong, apart]));
    }

    [Fact]
    public void A_box_suppressed_suppresses_nothing_itself()
    {
        // Each overlaps the next by half of the union's two thirds: 5 / 15.
        FaceDetection a = new(0, 0, 10, 10, 0.9f), b = new(5, 0, 15, 10, 0.8f), c = new(10, 0, 20, 10, 0.7f);
        Assert.Equal([a, c], Run([c, b, a]));
    }

    [Theory]
    [InlineData(0.5f, 2)]
    [InlineData(0.499f, 1)]
    public void Only_an_overlap_above_the_limit_suppresses(float iou, int left)
    {
        // 50 of 100: an intersection over union of exactly one half.
        FaceDetection large = new(0, 0, 10, 10, 0.9f), half = new(0, 0, 10, 5, 0.8f);
        Assert.Equal(left, Run([large, half], iou).Count);
    }

    [Fact]
    public void Boxes_that_touch_do_not_overlap()
    {
        FaceDetection left = new(0, 0, 10, 10, 0.9f), right = new(10, 0, 20, 10, 0.8f);
        Assert.Equal([left, right], Run([left, right], iou: 1e-6f));
    }

    [Fact]
    public void Equal_scores_keep_their_order()
    {
        var boxes = Enumerable.Range(0, 100).Select(i => new FaceDetection(20 * i, 0, (20 * i) + 10, 10, i % 3 == 0 ? 0.5f : 0.6f)).ToList();
        var expected = boxes.OrderByDescending(b => b.Score).ToList();
        Assert.Equal(expected, Run(boxes));
        FaceDetection first = new(0, 0, 10, 10, 0.5f), second = new(1, 0, 11, 10, 0.5f);
        Assert.Equal([first], Run([first, second]));
        Assert.Equal([second], Run([second, first]));
    }

    [Fact]
    public void Only_so_many_leave_the_best()
    {
        FaceDetection a = new(0, 0, 10, 10, 0.9f), twin = new(0, 0, 10, 10, 0.8f), b = new(50, 0, 60, 10, 0.7f), c = new(90, 0, 99, 10, 0.6f);
        Assert.Equal([a, b], Run([a, twin, b, c], keep: 2));
        Assert.Equal([a, b, c], Run([a, twin, b, c]));
        Assert.Empty(Run([]));
    }

    private static List<FaceDetection> Run(List<FaceDetection> boxes, float iou = 0.3f, int keep = 100)
    {
        boxes = [.. boxes];
        NonMaximumSuppression.Run(boxes, iou, keep);
        return boxes;
    }
}
