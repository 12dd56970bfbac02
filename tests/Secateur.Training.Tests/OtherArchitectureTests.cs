using Secateur.Detection;
using Secateur.Graph;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Pruning.Criteria;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Training.Engine;
using Secateur.Training.Initialization;
using Secateur.Training.Loss;
using Secateur.Training.Optimization;
using Secateur.Training.Runs;
using Secateur.Training.Tests.Engine;
using Secateur.Training.Tests.Loss;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests;

/// <summary>An architecture that the product does not have, from one file, goes through everything that it has.</summary>
public sealed class OtherArchitectureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    static OtherArchitectureTests() => Architectures.Add(RetinaFaceMobile.Architecture);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_found_by_its_name_and_its_recipes_are_its_own()
    {
        var network = Architectures.Create("retinaface-mobile");
        Assert.Equal((422_708, 6), (NetworkCosts.CountParameters(network), network.Head.Layers.Length));
        Assert.Equal(RetinaFaceMobile.Architecture, Architectures.Of(network));
        Assert.Contains("already", Assert.Throws<ArgumentException>(() => Architectures.Add(RetinaFaceMobile.Architecture)).Message, StringComparison.Ordinal);
        Assert.Equal(Model().Weights["fpn.output1.0.weight"].Data, Initializer.Create(network, RetinaFaceMobile.Architecture.Initialization, 1).Weights["fpn.output1.0.weight"].Data);
    }

    [Fact]
    public void Its_checkpoints_and_files_are_read()
    {
        var model = Model();
        Safetensors.Write(_folder.PathOf("checkpoint"), model.Weights);
        Assert.Equal("retinaface-mobile", ModelFile.Read(_folder.PathOf("checkpoint")).Network.Architecture);

        var compacted = Compactor.Compact(Masked(model));
        ModelFile.Write(_folder.PathOf("small"), compacted);
        var (written, read) = (compacted.Network.Head, ModelFile.Read(_folder.PathOf("small")).Network.Head);
        Assert.Equal(written.Levels.AsEnumerable(), read.Levels);
        Assert.Equal(written.Layers.AsEnumerable(), read.Layers);
        Assert.Equal((written.Pixels, written.Variances, written.AnchorAspect), (read.Pixels, read.Variances, read.AnchorAspect));
    }

    [Fact]
    public void A_training_step_equals_the_reference()
    {
        var model = RandomWeights.Fill(RetinaFaceMobile.Create(), seed: 1);
        var expected = EngineComparison.OfDetector(model, images: 2, height: 96, width: 64, seed: 1);
        using var engine = new TrainingEngine(model, new TrainingEngineOptions { Batch = 2, Height = 96, Width = 64, Threads = 2 });
        for (var n = 0; n < 2; n++) engine.SetInput(n, expected.Input.AsSpan(n * 3 * 96 * 64, 3 * 96 * 64));
        engine.Forward();
        expected.AssertResult(EngineComparison.Locations, engine.Locations, 5e-5, "forward");
        expected.AssertResult(EngineComparison.Scores, engine.Scores, 5e-5, "forward");
        expected.AssertStatistics(engine.Statistics, 1e-5, "forward");

        expected.ResultGradients[EngineComparison.Locations].CopyTo(engine.LocationGradients, 0);
        expected.ResultGradients[EngineComparison.Scores].CopyTo(engine.ScoreGradients, 0);
        engine.Backward();

        // Of a hundred thousand activations some are a rounding error away from their kink.
        expected.AssertGradients(engine.Parameters, engine.Gradients, 2e-3, "backward");
    }

    [Fact]
    public void It_learns()
    {
        var model = Model();
        var (loss, grid) = (new List<double>(), new AnchorGrid(model.Network, 64, 64));
        var multiBox = new MultiBoxLoss(grid);
        using var engine = new TrainingEngine(model, new TrainingEngineOptions { Batch = 1, Height = 64, Width = 64, Threads = 2 });
        var optimizer = new SgdOptimizer(engine.Parameters);
        engine.SetImage(0, BrightSpotDetector.Picture(64, 64, (20, 24, 18, 255)));
        for (var step = 0; step < 8; step++)
        {
            engine.Forward();
            loss.Add(multiBox.Compute(engine.Locations, engine.Scores, [[new FaceBox(20 / 64f, 24 / 64f, 38 / 64f, 42 / 64f)]], engine.LocationGradients, engine.ScoreGradients).Total);
            engine.Backward();
            optimizer.Step(engine.Gradients, 1e-3);
        }

        Assert.True(loss[^1] < 0.9 * loss[0], string.Join(", ", loss));
    }

    [Fact]
    public void Two_anchors_a_cell_are_matched_as_by_exhaustive_search()
    {
        var random = new Random(1);
        var grid = new AnchorGrid(RetinaFaceMobile.Create(), 96, 128);
        Assert.Equal(2 * ((12 * 16) + (6 * 8) + (3 * 4)), grid.Count);
        foreach (var count in new[] { 0, 1, 2, 5, 20, 60 })
        {
            AnchorMatcherTests.AssertEqual(grid, new AnchorMatcher(grid), [.. Batches.Faces(random, count, 96, 128)]);
            AnchorMatcherTests.AssertEqual(grid, new AnchorMatcher(grid), [.. Batches.AlignedFaces(random, count, 96, 128)]);
        }
    }

    /// <summary>Detection and loss number the anchors alike: what an anchor learned is where it finds.</summary>
    [Fact]
    public void Detection_decodes_the_anchors_that_training_encodes()
    {
        var model = Model();
        var image = new RgbImage(96, 64);
        new Random(1).NextBytes(image.Pixels);
        var grid = new AnchorGrid(model.Network, 64, 96);
        using var outputs = new InferenceOutputs(new InferenceEngine(model), grid.Count, threads: 1);
        var (locations, scores) = outputs.Run([new TrainingSample(image, [], "noise")], default);

        using var detector = new FaceDetector(model, new DetectorOptions { Confidence = 0, Iou = 1, MaxDetections = grid.Count });
        var faces = detector.Detect(image).GroupBy(f => f.Score).Where(g => g.Count() == 1).ToDictionary(g => g.Key, g => g.Single());

        Assert.True(faces.Count > grid.Count / 2, $"{faces.Count} of {grid.Count}");
        var target = new float[4];
        for (var a = 0; a < grid.Count; a++)
        {
            if (!faces.TryGetValue(1 / (1 + MathF.Exp(scores[2 * a] - scores[(2 * a) + 1])), out var face)) continue;
            BoxEncoder.Encode(new FaceBox(face.X1 / 96, face.Y1 / 64, face.X2 / 96, face.Y2 / 64), grid[a], grid.Variances, target);
            for (var c = 0; c < 4; c++) Assert.Equal(locations[(4 * a) + c], target[c], 1e-2);
        }
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.5)]
    public void It_is_pruned_but_for_its_head_and_compacted_exactly(double rate)
    {
        var model = RandomWeights.Fill(RetinaFaceMobile.Create(), seed: 3);
        var masked = Masked(model, rate);
        Assert.All(model.Network.Head.Layers, layer => Assert.Equal(model.Weights[layer + ".weight"].Data, masked.Weights[layer + ".weight"].Data));

        var compacted = Compactor.Compact(masked);

        Assert.InRange(CompactionCheck.MaxRelativeDifference(masked, compacted), 0, 1e-5);
        var report = CompactionReport.Of(masked, compacted, 480, 640);
        Assert.True(report.After.Macs < report.Before.Macs * (1 - (0.8 * rate)), $"{report}");
        Assert.True(report.After.StoredValues < report.Before.NonZeroParameters + (report.Before.StoredValues - report.Before.Parameters), $"{report}");
    }

    private static Model Model() => Initializer.Create(RetinaFaceMobile.Create(), seed: 1);

    private static Model Masked(Model model, double rate = 0.5) => new PruningPlan(rate).Select(model, new GeometricMedian()).Apply(model);
}
