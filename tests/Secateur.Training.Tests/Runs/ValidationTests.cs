using System.Text;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Loss;
using Secateur.Training.Runs;
using Xunit;

namespace Secateur.Training.Tests.Runs;

public sealed class ValidationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("2 6 16 16", 1.0)]
    [InlineData("40 20 16 16", 51 / 101.0)]
    public void Precision_counts_every_labelled_face(string secondFace, double expected)
    {
        // The spot's anchor is (2, 6) to (18, 22); the first image's face is there, the second's is there or elsewhere.
        var model = BrightSpotDetector.Create();
        var data = Open(("a", 255, "2 6 16 16"), ("b", 150, secondFace));
        var result = new ValidationPrecision(data, threads: 2).Measure(model, TrainingBackend.Processor, (_, _) => { }, new SharedStop(Collective.Alone, default));
        Assert.Equal(new PrecisionResult(expected, null, null, null), result);
    }

    [Fact]
    public void The_loss_of_a_split_is_that_of_one_batch_and_independent_of_batches_and_threads()
    {
        var model = TinyDetector.Create();
        var data = Open(("a", 255, "2 6 16 16"), ("b", 230, "30 10 20 20"), ("c", 200, "5 5 30 30"));
        var config = Samples.Config with { ImageSize = 64 };
        ValidationResult Measure(int batch, int threads) =>
            new Validation(data, model.Network.Head, config with { Batch = batch, Threads = threads }, TrainingBackend.Processor, (_, _) => { }).Measure(model, (_, _, _) => { }, new SharedStop(Collective.Alone, default));
        var (one, parted) = (Measure(3, 1), Measure(2, 2));
        Assert.Equal(one.LossL!.Value, parted.LossL!.Value, 1e-9);
        Assert.Equal(one.LossC!.Value, parted.LossC!.Value, 1e-9);

        var anchors = new AnchorGrid(model.Network, 64, 64);
        var samples = new Training.Data.Loading.ValidationSamples(data, model.Network.Head, 64).Batches(3, 1).Single();
        using var outputs = new InferenceOutputs(new InferenceEngine(model), anchors.Count, 1);
        var (locations, scores) = outputs.Run(samples, default);
        var direct = new MultiBoxLoss(anchors).Compute(locations, scores, [.. samples.Select(s => s.Faces)]);
        Assert.True(direct.Positives > 0);
        Assert.Equal(direct.Location, one.LossL.Value, 1e-9);
        Assert.Equal(direct.Confidence, one.LossC.Value, 1e-9);
    }

    private FaceDataset Open(params (string Name, byte Grey, string Face)[] images)
    {
        foreach (var part in new[] { "train", "val" })
        {
            var list = new StringBuilder();
            foreach (var (name, grey, face) in images)
            {
                var image = BrightSpotDetector.Picture(64, 48, (8, 12, 4, grey));
                _folder.Write($"WIDER_{part}/images/0--Spots/{name}.ppm", [.. "P6\n64 48\n255\n"u8, .. image.Pixels]);
                list.Append(System.Globalization.CultureInfo.InvariantCulture, $"0--Spots/{name}.ppm\n1\n{face} 0 0 0 0 0 0\n");
            }

            _folder.Write($"wider_face_split/wider_face_{part}_bbx_gt.txt", list.ToString());
        }

        return FaceDatasets.Open(_folder.Root, DatasetSplit.Validation);
    }
}
