using System.IO.Compression;
using System.Text.Json;
using Secateur.TestSupport;
using Secateur.WiderFace.Evaluation;
using Xunit;

namespace Secateur.WiderFace.Tests.Evaluation;

/// <summary>Against the official evaluation's values for a published checkpoint (the README of the reference data, section evaluation).</summary>
public sealed class WiderParityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SharedDataFact]
    public void Average_precision_equals_the_reference()
    {
        using var expected = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf("parity", "evaluation", "expected.json")));
        ZipFile.ExtractToDirectory(SharedData.PathOf("parity", "evaluation", "predictions.zip"), _folder.Root);
        var truth = WiderGroundTruth.Load(SharedData.PathOf("wider-mini"));
        var evaluator = new WiderEvaluator(truth);
        var predictions = WiderPredictionFolder.Open(_folder.Root, truth);

        Check(expected.RootElement.GetProperty("full"), evaluator.Evaluate(predictions));

        var mini = WiderFaceDataset.Open(SharedData.PathOf("wider-mini"), WiderFaceSplit.Validation);
        var names = mini.Images.Select(image => image.Name).ToArray();
        Check(expected.RootElement.GetProperty("mini"), evaluator.Evaluate(predictions, names));
    }

    [SharedDataFact]
    public void Ground_truth_has_the_official_totals()
    {
        var truth = WiderGroundTruth.Load(SharedData.PathOf("wider-mini", "ground_truth"));
        Assert.Equal(3226, truth.Images.Length);
        Assert.Equal(61, truth.Images.Select(image => image.Name.Event).Distinct().Count());
        Assert.Equal(7211, truth.FaceCount(WiderSettings.Easy));
        Assert.Equal(13319, truth.FaceCount(WiderSettings.Medium));
        Assert.Equal(31958, truth.FaceCount(WiderSettings.Hard));
    }

    [SharedDataFact]
    public void Ground_truth_and_annotations_hold_the_same_boxes()
    {
        var truth = WiderGroundTruth.Load(SharedData.PathOf("wider-mini"));
        foreach (var image in WiderFaceDataset.Open(SharedData.PathOf("wider-mini"), WiderFaceSplit.Validation).Images)
        {
            var faces = truth.Find(image.Name)!.Faces.Select(face => (face.X, face.Y, face.Width, face.Height));
            Assert.Equal(image.Faces.Select(face => ((double)face.X, (double)face.Y, (double)face.Width, (double)face.Height)), faces);
        }
    }

    private static void Check(JsonElement expected, WiderEvaluation result)
    {
        Assert.Equal(expected.GetProperty("images").GetInt32(), result.Images);
        Assert.Equal(3226, result.ListedImages);
        Assert.Equal(expected.GetProperty("score_min").GetDouble(), result.LowestScore);
        Assert.Equal(expected.GetProperty("score_max").GetDouble(), result.HighestScore);
        foreach (var (name, setting) in new[] { ("easy", result.Easy), ("medium", result.Medium), ("hard", result.Hard) })
        {
            Assert.Equal(expected.GetProperty("faces").GetProperty(name).GetInt32(), setting.Faces);
            Assert.Equal(expected.GetProperty("ap").GetProperty(name).GetDouble(), setting.AveragePrecision!.Value, 1e-9);
        }
    }
}
