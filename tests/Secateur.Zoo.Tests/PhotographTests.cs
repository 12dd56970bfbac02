using System.Globalization;
using System.Text.RegularExpressions;
using Secateur.Detection;
using Secateur.Imaging;
using Secateur.TestSupport;
using Secateur.WiderFace.Evaluation;
using Secateur.WiderFace.Predictions;
using Xunit;

namespace Secateur.Zoo.Tests;

/// <summary>What the models find on photographs that they were not trained on.</summary>
public sealed partial class PhotographTests : IDisposable
{
    // The card has four digits; another vector width has other last bits.
    private const double Rounding = 0.001;
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => new(ModelZoo.Names);

    public void Dispose() => _folder.Dispose();

    [SharedDataTheory]
    [MemberData(nameof(Names))]
    public void A_model_is_as_precise_on_the_450_images_as_its_card_says(string name)
    {
        var truth = WiderGroundTruth.Load(SharedData.PathOf("wider-mini"));
        var images = WiderValidationImages.Find(SharedData.PathOf("wider-mini"), truth).Images;
        using var detector = FaceDetector.Create(name, DetectorOptions.Evaluation);
        var stored = new ImageReadOptions { ApplyOrientation = false };
        Parallel.ForEach(images, image => WiderPredictionFile.Write(_folder.Root, image.Name, detector.Detect(ImageFile.Read(image.Path, stored))));
        var found = new WiderEvaluator(truth).Evaluate(WiderPredictionFolder.Open(_folder.Root, truth), [.. images.Select(i => i.Name)]);
        var card = CardRow().Match(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "models", name + ".md")));
        foreach (var (set, precision) in new[] { ("easy", found.Easy), ("medium", found.Medium), ("hard", found.Hard) })
        {
            var told = double.Parse(card.Groups[set].Value, CultureInfo.InvariantCulture);
            Assert.InRange(precision.AveragePrecision!.Value, told - Rounding, told + Rounding);
        }
    }

    [GeneratedRegex(@"AP on the 450 images .* \| (?<easy>[\d.]+) / (?<medium>[\d.]+) / (?<hard>[\d.]+) \|")]
    private static partial Regex CardRow();
}
