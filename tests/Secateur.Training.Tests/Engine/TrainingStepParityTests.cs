using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training.Engine;
using Secateur.Training.Loss;
using Secateur.Training.Optimization;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Engine;

/// <summary>Two whole training steps of both published networks against PyTorch: forward, loss, backward, statistics, optimiser.</summary>
public class TrainingStepParityTests
{
    private const double Rate = 1e-3;

    [SharedDataTheory]
    [InlineData("eres_step", "ERES.pth", 1e-4, 1e-4, 0.9998)]
    [InlineData("extd64_step", "sfd_face.pth", 1e-2, 1e-5, 0.99)]
    public void Two_steps_equal_PyTorch(string file, string checkpoint, double worstGradient, double worstStep, double share)
    {
        var expected = Safetensors.Read(SharedData.PathOf("parity", "training", file + ".safetensors")).Tensors;
        var model = ModelFile.Read(SharedData.PathOf("checkpoints", "paper", checkpoint));
        var input = expected["input"];
        var (height, width) = (input.Shape[2], input.Shape[3]);
        using var engine = new TrainingEngine(model, new TrainingEngineOptions { Batch = 2, Height = height, Width = width, Threads = 2 });
        Optimizer optimizer = file.StartsWith("eres", StringComparison.Ordinal) ? new AdamOptimizer(engine.Parameters) : new SgdOptimizer(engine.Parameters);
        var loss = new MultiBoxLoss(new AnchorGrid(model.Network, height, width));
        var faces = new[] { Faces.Of(expected["target_0"]), Faces.Of(expected["target_1"]) };
        for (var n = 0; n < 2; n++) engine.SetInput(n, input.Data.AsSpan(n * 3 * height * width, 3 * height * width));

        foreach (var step in new[] { "", "2" })
        {
            engine.Forward();
            if (step == "")
            {
                AssertClose(expected["loc"].Data, engine.Locations, 1e-4, "loc");
                AssertClose(expected["conf"].Data, engine.Scores, 1e-4, "conf");
            }

            var result = loss.Compute(engine.Locations, engine.Scores, faces, engine.LocationGradients, engine.ScoreGradients);
            Assert.Equal(expected["loss_l" + (step == "" ? "" : "_2")].Data[0], result.Location, 1e-5);
            Assert.Equal(expected["loss_c" + (step == "" ? "" : "_2")].Data[0], result.Confidence, 1e-5);

            engine.Backward();
            var names = engine.Parameters.Specs.Select(s => s.Name).ToList();
            var largest = names.Max(name => expected[$"grad{step}.{name}"].Data.Max(Math.Abs));
            var gradients = names.SelectMany(name => expected[$"grad{step}.{name}"].Data.Zip(engine.Gradients[engine.Parameters.RangeOf(name)], Difference)).ToList();

            // A PReLU of EXTD whose input is a rounding error away from zero may fall on its other side and move gradients before it; which one does
            // depends on the vector width.
            Assert.True(gradients.Max() <= worstGradient * largest, $"gradient {step}: largest difference {gradients.Max():g3}");
            Assert.True(gradients.Count(d => d <= 1e-4 * largest) >= 0.9 * gradients.Count, $"gradient {step}: {gradients.Count(d => d > 1e-4 * largest)} differ");
            foreach (var (name, values) in engine.Statistics)
            {
                var statistic = expected[$"bn{(step == "" ? "1" : "2")}.{name}"].Data;
                AssertClose(statistic, values, 1e-5 * statistic.Max(Math.Abs), name);
            }

            // Adam's first step is 1e-3 wherever the gradient points: where weight decay cancels it, a rounding error of 1e-8 in it moves a few steps by
            // a tenth of that.
            optimizer.Step(engine.Gradients, Rate);
            var differences = names.SelectMany(name => expected[$"step{(step == "" ? "1" : "2")}.{name}"].Data.Zip(engine.Parameters[name].ToArray(), Difference)).ToList();
            Assert.True(differences.Max() <= worstStep, $"step {step}: largest difference {differences.Max():g3}");
            Assert.True(differences.Count(d => d <= 1e-6) >= share * differences.Count, $"step {step}: {differences.Count(d => d > 1e-6)} of {differences.Count} differ");
        }
    }

    private static double Difference(float expected, float actual) => float.IsNaN(actual) ? double.PositiveInfinity : Math.Abs((double)expected - actual);

    private static void AssertClose(float[] expected, ReadOnlySpan<float> actual, double allowed, string where)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = 0.0;
        for (var i = 0; i < expected.Length; i++) worst = Math.Max(worst, Difference(expected[i], actual[i]));
        Assert.True(worst <= allowed, $"{where}: largest difference {worst:g3}, allowed {allowed:g3}");
    }
}
