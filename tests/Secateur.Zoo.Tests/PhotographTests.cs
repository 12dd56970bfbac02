using Secateur.Detection;
using Secateur.Imaging;
using Secateur.TestSupport;
using Secateur.WiderFace.Evaluation;
using Secateur.WiderFace.Predictions;
using Xunit;

namespace Secateur.Zoo.Tests;

/// <summary>What the default model finds on photographs that it was not trained on.</summary>
public sealed class PhotographTests : IDisposable
{
    private const int Every = 5;
    private const double Slack = 0.12;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>On a fifth of the 450 images the precision is near that on all 3,226.</summary>
    [SharedDataFact]
    public void It_is_as_precise_as_its_table_says()
    {
        var truth = WiderGroundTruth.Load(SharedData.PathOf("wider-mini"));
        var images = WiderValidationImages.Find(SharedData.PathOf("wider-mini"), truth).Images.Where((_, i) => i % Every == 0).ToArray();
        using var detector = FaceDetector.Create(options: DetectorOptions.Evaluation);
        var stored = new ImageReadOptions { ApplyOrientation = false };
        Parallel.ForEach(images, image => WiderPredictionFile.Write(_folder.Root, image.Name, detector.Detect(ImageFile.Read(image.Path, stored))));
        var found = new WiderEvaluator(truth).Evaluate(WiderPredictionFolder.Open(_folder.Root, truth), [.. images.Select(i => i.Name)]);
        var (easy, medium, hard) = ModelZoo.Get(ModelZoo.Default).Single;
        Assert.InRange(found.Easy.AveragePrecision!.Value, easy - Slack, easy + Slack);
        Assert.InRange(found.Medium.AveragePrecision!.Value, medium - Slack, medium + Slack);
        Assert.InRange(found.Hard.AveragePrecision!.Value, hard - Slack, hard + Slack);
    }
}
