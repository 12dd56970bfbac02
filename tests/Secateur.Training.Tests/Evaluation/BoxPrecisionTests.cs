using Secateur.Pixels;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Evaluation;
using Xunit;

namespace Secateur.Training.Tests.Evaluation;

public sealed class BoxPrecisionTests
{
    private static readonly LabelledFace Face = new(10, 10, 30, 30);

    [Fact]
    public void A_detection_in_place_is_right_at_every_overlap()
    {
        var result = Measure([Face], [Box(0, 0, 0.9f)]);
        Assert.Equal((1.0, 1.0, 1, 1), (result.Ap50, result.Ap, result.Faces, result.Detections));
    }

    [Fact]
    public void A_face_is_found_once_and_the_second_detection_of_it_is_wrong()
    {
        // Shifted by 2 of 20 pixels: IoU 18 / 22 = 0.82, right at seven of ten overlaps.
        var result = Measure([Face, new(100, 100, 120, 120)], [Box(0, 0, 0.9f), Box(2, 0, 0.8f), Box(90, 90, 0.7f)]);
        Assert.Equal([new(0.5, 1), new(0.5, 0.5), new(1, 2 / 3.0)], result.Curve.AsEnumerable());

        // 51 recalls at precision 1, 50 at 2/3.
        Assert.Equal((51 + (50 * 2 / 3.0)) / 101, result.Ap50!.Value, 1e-12);
    }

    [Fact]
    public void The_mean_is_over_ten_overlaps()
    {
        var result = Measure([Face], [Box(2, 0, 0.9f)]);
        Assert.Equal((1.0, 0.7), (result.Ap50, Math.Round(result.Ap!.Value, 12)));
    }

    [Fact]
    public void The_score_decides_across_images_and_the_order_of_images_among_equals()
    {
        var images = new[] { Labelled(Face), Labelled(Face) };
        Assert.Equal(1, BoxPrecision.Of(images, [[Box(0, 0, 0.5f)], [Box(0, 0, 0.9f), Box(50, 0, 0.4f)]]).Ap50);
        Assert.Equal([true, true, false], BoxPrecision.Of(images, [[Box(0, 0, 0.5f)], [Box(0, 0, 0.9f), Box(50, 0, 0.4f)]]).Curve.Select(p => p.Precision == 1));
        Assert.Equal([1, 0.5, 2 / 3.0], BoxPrecision.Of(images, [[Box(0, 0, 0.5f)], [Box(50, 0, 0.5f), Box(0, 0, 0.5f)]]).Curve.Select(p => p.Precision));
    }

    [Fact]
    public void Without_faces_there_is_no_precision_and_without_detections_it_is_zero()
    {
        Assert.Null(Measure([], [Box(0, 0, 0.9f)]).Ap50);
        Assert.Equal((0.0, 0.0), (Measure([Face], []).Ap50, Measure([Face], []).Ap));
    }

    private static BoxPrecision Measure(LabelledFace[] faces, FaceDetection[] found) => BoxPrecision.Of([Labelled(faces)], [found]);

    private static LabelledImage Labelled(params LabelledFace[] faces) => new("", "", 200, 200, [.. faces]);

    private static FaceDetection Box(float right, float down, float score) => new(10 + right, 10 + down, 30 + right, 30 + down, score);
}
