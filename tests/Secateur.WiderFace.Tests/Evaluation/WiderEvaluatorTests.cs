using Secateur.WiderFace.Evaluation;
using Secateur.WiderFace.Predictions;
using Xunit;
using static Secateur.WiderFace.Tests.Evaluation.Samples;

namespace Secateur.WiderFace.Tests.Evaluation;

/// <summary>Cases small enough to count by hand. Boxes are x y w h; a hit is a prediction with the box of a face.</summary>
public sealed class WiderEvaluatorTests
{
    private static readonly WiderGroundTruthFace First = Face(10, 10, 20, 20, WiderSettings.All);
    private static readonly WiderGroundTruthFace Second = Face(100, 100, 20, 20, WiderSettings.All);

    [Fact]
    public void A_perfect_prediction_has_average_precision_1()
    {
        var result = Evaluate([First], Hit(First, 0.3));
        Assert.Equal((1.0, 1, 1, 1), (result.Easy.AveragePrecision, result.Images, result.ListedImages, result.Predictions));
        Assert.All(result.Easy.Curve, point => Assert.Equal((1, 1), (point.Precision, point.Recall)));
    }

    [Fact]
    public void A_miss_between_two_hits_costs_precision_of_the_second()
    {
        var result = Evaluate([First, Second], Hit(First, 0.9), new(500, 500, 20, 20, 0.5), Hit(Second, 0.1));
        Assert.Equal((0.5 * 1) + (0.5 * 2 / 3), result.Hard.AveragePrecision!.Value, 1e-12);
        Assert.Equal((0.1, 0.9), (result.LowestScore, result.HighestScore));
        Assert.Equal(new PrecisionRecallPoint(1 - (1 / 1000.0), 1, 0.5), result.Hard.Curve[0]);
        Assert.Equal(new PrecisionRecallPoint(0, 2 / 3.0, 1), result.Hard.Curve[^1]);
        Assert.Equal(0.5, result.Hard.Curve[700].Precision);
    }

    [Fact]
    public void A_second_hit_on_a_face_is_a_proposal_that_finds_nothing()
    {
        var result = Evaluate([First, Second], Hit(First, 0.9), Hit(First, 0.5), Hit(Second, 0.1));
        Assert.Equal((0.5 * 1) + (0.5 * 2 / 3), result.Hard.AveragePrecision!.Value, 1e-12);
    }

    [Fact]
    public void Hits_on_an_ignored_face_count_neither_way()
    {
        var small = Face(200, 10, 8, 8, WiderSettings.Hard);
        var result = Evaluate([First, small], Hit(small, 0.9), Hit(small, 0.8), Hit(First, 0.1));
        Assert.Equal((1.0, 1), (result.Easy.AveragePrecision, result.Easy.Faces));
        Assert.Equal((1.0, 1), (result.Medium.AveragePrecision, result.Medium.Faces));
        Assert.Equal(2, result.Hard.Faces);
        Assert.Equal((0.5 * 1) + (0.5 * 2 / 3), result.Hard.AveragePrecision!.Value, 1e-12);
    }

    [Fact]
    public void A_prediction_goes_to_the_face_that_it_overlaps_most_even_if_that_is_ignored()
    {
        var ignored = Face(10, 10, 19, 19, WiderSettings.Hard);
        var result = Evaluate([Face(10, 10, 24, 24, WiderSettings.All), ignored], Hit(ignored, 0.9));
        Assert.Equal(0, result.Easy.AveragePrecision);
        Assert.All(result.Easy.Curve, point => Assert.Equal((0, 0), (point.Precision, point.Recall)));
        Assert.Equal(0.5, result.Hard.AveragePrecision);
    }

    [Theory]
    [InlineData(19, 1)]
    [InlineData(20, 0)]
    public void Overlap_counts_the_last_pixel_and_one_half_is_enough(double height, double expected) =>
        Assert.Equal(expected, Evaluate([Face(0, 0, 9, 9, WiderSettings.All)], new WiderPrediction(0, 0, 9, height, 1)).Hard.AveragePrecision);

    [Fact]
    public void The_first_of_equally_overlapped_faces_is_taken()
    {
        var (counting, ignored) = (Face(0, 0, 9, 9, WiderSettings.All), Face(0, 0, 9, 9, WiderSettings.Hard));
        Assert.Equal(1, Evaluate([counting, ignored], Hit(counting, 1)).Easy.AveragePrecision);
        Assert.Equal(0, Evaluate([ignored, counting], Hit(counting, 1)).Easy.AveragePrecision);
    }

    [Fact]
    public void Without_predictions_nothing_is_found()
    {
        var result = Evaluate([First]);
        Assert.Equal((0.0, 1, 0), (result.Hard.AveragePrecision, result.Hard.Faces, result.Predictions));
        Assert.Equal((0, 0), (result.LowestScore, result.HighestScore));
    }

    [Fact]
    public void Without_faces_that_count_there_is_no_average_precision()
    {
        var result = Evaluate([Face(10, 10, 8, 8, WiderSettings.Hard)], new WiderPrediction(0, 0, 5, 5, 1));
        Assert.Null(result.Easy.AveragePrecision);
        Assert.Empty(result.Easy.Curve);
        Assert.Equal(0, result.Hard.AveragePrecision);
    }

    [Fact]
    public void Predictions_of_an_image_without_faces_only_take_part_in_the_normalisation()
    {
        var truth = new WiderGroundTruth([Image("a/1.jpg", First), Image("a/2.jpg")]);
        var result = new WiderEvaluator(truth).Evaluate(PredictionsOf(
            ("a/1.jpg", [Hit(First, 30)]), ("a/2.jpg", [new(0, 0, 50, 50, 50), new(0, 0, 50, 50, 10)])));
        Assert.Equal((1.0, 2, 3), (result.Hard.AveragePrecision, result.Images, result.Predictions));
        Assert.Equal((10, 50), (result.LowestScore, result.HighestScore));
        Assert.All(result.Hard.Curve, point => Assert.Equal(point.Threshold <= 0.5 ? 1 : 0, point.Recall));
    }

    [Fact]
    public void Scores_are_normalised_over_the_images_evaluated_only()
    {
        var truth = new WiderGroundTruth([Image("a/1.jpg", First), Image("a/2.jpg", Second)]);
        var result = new WiderEvaluator(truth).Evaluate(PredictionsOf(("a/2.jpg", [Hit(Second, -4), Hit(First, -8)])));
        Assert.Equal((1, 2, 1), (result.Images, result.ListedImages, result.Hard.Faces));
        Assert.Equal((-8, -4), (result.LowestScore, result.HighestScore));
        Assert.Equal(1, result.Hard.AveragePrecision);
        Assert.Throws<ArgumentException>(() => new WiderEvaluator(truth).Evaluate(PredictionsOf(("a/3.jpg", []))));
    }

    private static WiderEvaluation Evaluate(WiderGroundTruthFace[] faces, params WiderPrediction[] predictions) =>
        new WiderEvaluator(new WiderGroundTruth([Image("a/1.jpg", faces)])).Evaluate(PredictionsOf(("a/1.jpg", predictions)));
}
