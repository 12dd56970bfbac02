using System.Collections.Immutable;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.Training.Engine;
using Secateur.Training.Loss;
using Secateur.Training.Optimization;
using Xunit;

namespace Secateur.Training.Tests.Engine;

/// <summary>
/// Training steps of drawn models against PyTorch (tests/Goldens/parity): forward, loss, backward, statistics, optimiser. Of every filter, the file has
/// a sum under drawn signs, in which any wrong element shows. Rounding takes at most a third of what the tolerances allow.
/// </summary>
public class TrainingStepGoldenTests
{
    [Theory]
    [InlineData("eresfd", 32, 97, 131, 2)]
    [InlineData("extd64", 14, 97, 131, 2)]
    [InlineData("extd48", 1, 161, 200, 1)]
    [InlineData("extd32", 0, 64, 160, 3)]
    public void Steps_equal_PyTorch(string architecture, int drawn, int height, int width, int batch)
    {
        var expected = Golden.Read("training_" + architecture);
        var model = Golden.CreateModel(Architectures.Create(architecture), trains: true);
        using var engine = new TrainingEngine(model, new TrainingEngineOptions { Batch = batch, Height = height, Width = width, Threads = 2 });
        for (var n = 0; n < batch; n++) engine.SetImage(n, new RgbImage(width, height, GoldenNumbers.Image($"training/{drawn}/{n}", height, width)));
        ImmutableArray<FaceBox>[] faces = [.. Enumerable.Range(0, batch).Select(n => Faces.Of(expected[$"faces_{n}"]))];
        var loss = new MultiBoxLoss(new AnchorGrid(model.Network, height, width));
        Optimizer optimizer = architecture == "eresfd" ? new AdamOptimizer(engine.Parameters) : new SgdOptimizer(engine.Parameters);
        for (var step = 1; expected.ContainsKey($"losses_{step}"); step++)
        {
            engine.Forward();
            if (step == 1)
            {
                var anchors = batch * engine.Anchors;
                Golden.AssertNear(expected["locations"].Data, GoldenNumbers.RowSums("locations", engine.Locations, [anchors, 4]), 1e-5, "locations");
                Golden.AssertNear(expected["scores"].Data, GoldenNumbers.RowSums("scores", engine.Scores, [anchors, 2]), 1e-5, "scores");
            }

            var result = loss.Compute(engine.Locations, engine.Scores, faces, engine.LocationGradients, engine.ScoreGradients);
            Golden.AssertNear(expected[$"losses_{step}"].Data, [result.Location, result.Confidence], 1e-6, $"losses {step}");
            engine.Backward();
            optimizer.Step(engine.Gradients, 1e-3);
            AssertRows(expected[$"gradients_{step}"].Data, engine.Parameters, engine.Gradients, 1e-4, $"gradient {step}");
            AssertRows(expected[$"parameters_{step}"].Data, engine.Parameters, engine.Parameters.Values, 1e-5, $"parameter {step}");
            var statistics = engine.Statistics.OrderBy(s => s.Key, StringComparer.Ordinal).SelectMany(s => s.Value);
            Golden.AssertNear(expected[$"statistics_{step}"].Data, statistics.Select(v => (double)v), 1e-5, $"statistics {step}");
        }
    }

    internal static void AssertRows(ReadOnlySpan<float> expected, ParameterVector parameters, float[] values, double tolerance, string what)
    {
        // Some gradients are small against what they are sums of: those of a bias before a batch norm are rounding errors.
        var least = 0.01 * expected.ToArray().Max(Math.Abs);
        foreach (var spec in parameters.Specs.OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            var rows = GoldenNumbers.RowSums(spec.Name, values.AsSpan(parameters.RangeOf(spec.Name)), spec.Shape);
            Golden.AssertNear(expected[..rows.Length].ToArray(), rows, tolerance, $"{what} of {spec.Name}", least);
            expected = expected[rows.Length..];
        }

        Assert.Equal(0, expected.Length);
    }
}
