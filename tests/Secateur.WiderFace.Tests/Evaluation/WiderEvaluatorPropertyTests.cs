using Secateur.WiderFace.Evaluation;
using Secateur.WiderFace.Predictions;
using Xunit;

namespace Secateur.WiderFace.Tests.Evaluation;

public sealed class WiderEvaluatorPropertyTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 20)]
    [InlineData(4, 40)]
    public void Result_equals_the_official_procedure(int seed, int images)
    {
        var (truth, predictions) = Samples.Random(seed, images);
        var result = new WiderEvaluator(truth).Evaluate(predictions);
        (WiderSettings, WiderSettingEvaluation)[] all =
            [(WiderSettings.Easy, result.Easy), (WiderSettings.Medium, result.Medium), (WiderSettings.Hard, result.Hard)];
        foreach (var (setting, evaluation) in all)
        {
            Assert.Equal(truth.FaceCount(setting), evaluation.Faces);
            if (evaluation.Faces > 0)
                Assert.Equal(OfficialProcedure.AveragePrecision(truth, predictions, setting), evaluation.AveragePrecision!.Value, 1e-12);
        }
    }

    [Fact]
    public void Result_does_not_depend_on_threads_or_on_the_order_of_images_and_predictions()
    {
        var (truth, predictions) = Samples.Random(5, 60);
        var expected = new WiderEvaluator(truth) { Threads = 1 }.Evaluate(predictions);
        var shuffled = predictions.Reverse().ToDictionary(entry => entry.Key, entry => (IReadOnlyList<WiderPrediction>)[.. entry.Value.Reverse()]);
        for (var threads = 1; threads <= 8; threads += 7)
        {
            var result = new WiderEvaluator(truth) { Threads = threads }.Evaluate(shuffled);
            Assert.Equal(expected.Hard.Curve.AsEnumerable(), result.Hard.Curve.AsEnumerable());
            Assert.Equal(expected.Easy.AveragePrecision, result.Easy.AveragePrecision);
            Assert.Equal(expected.Medium.AveragePrecision, result.Medium.AveragePrecision);
        }
    }
}
