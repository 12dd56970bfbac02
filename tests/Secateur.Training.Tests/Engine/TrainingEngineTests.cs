using Secateur.Graph;
using Secateur.Models;
using Secateur.Pixels;
using Secateur.TestSupport;
using Secateur.Training.Engine;
using Xunit;

namespace Secateur.Training.Tests.Engine;

/// <summary>The engine for detectors.</summary>
public class TrainingEngineTests
{
    [Theory]
    [InlineData(128)]
    [InlineData(160)]
    public void Computing_values_of_EXTD_again_changes_no_bit(int size)
    {
        var options = new TrainingEngineOptions { Batch = 2, Height = size, Width = size, Threads = 2 };
        var (plenty, all) = Run(options);
        var (scarce, less) = Run(options with { MemoryLimit = 0 });

        Assert.True(less < 0.8 * all, $"{less} bytes instead of {all}");
        Assert.All(plenty, value => Assert.True(float.IsFinite(value)));
        Assert.True(plenty.AsSpan().SequenceEqual(scarce));
    }

    [Fact]
    public void Bytes_and_values_of_an_image_are_the_same_input()
    {
        var model = RandomWeights.Fill(EResFd.Create(), seed: 1);
        using var engine = new TrainingEngine(model, new TrainingEngineOptions { Batch = 1, Height = 160, Width = 192, Threads = 1 });
        var image = new RgbImage(192, 160);
        new Random(1).NextBytes(image.Pixels);
        engine.SetImage(0, image);
        engine.Forward();
        var expected = (float[])engine.Scores.Clone();

        var values = new float[3 * 160 * 192];
        for (var i = 0; i < image.Pixels.Length; i++) values[(i % 3 * 160 * 192) + (i / 3)] = image.Pixels[i] - model.Network.Head.Pixels.Mean[i % 3];
        engine.SetInput(0, values);
        engine.Forward();

        Assert.Equal(expected, engine.Scores);
    }

    [Fact]
    public void A_copy_of_the_model_is_trained_and_given_back()
    {
        var model = RandomWeights.Fill(EResFd.Create(), seed: 1);
        using var engine = new TrainingEngine(model, new TrainingEngineOptions { Batch = 1, Height = 160, Width = 160, Threads = 1 });
        engine.SetImage(0, new RgbImage(160, 160));
        engine.Forward();
        engine.Parameters["loc.0.bias"][0] = 42;

        var trained = engine.ToModel(model.Info);

        Assert.Equal(42, trained.Weights["loc.0.bias"].Data[0]);
        Assert.NotEqual(42, model.Weights["loc.0.bias"].Data[0]);
        Assert.NotEqual(model.Weights["base.conv1.1.running_mean"].Data, trained.Weights["base.conv1.1.running_mean"].Data);
        Assert.Equal(model.Weights["base.conv1.0.weight"].Data, trained.Weights["base.conv1.0.weight"].Data);
    }

    [Fact]
    public void What_cannot_be_trained_is_refused()
    {
        var model = RandomWeights.Fill(EResFd.Create(), seed: 1);

        AssertRefused(new TrainingEngineOptions { Batch = 1, Height = 1, Width = 1 }, "one value a channel");
        AssertRefused(new TrainingEngineOptions { Batch = int.MaxValue }, "GB of memory");
        AssertRefused(new TrainingEngineOptions { Batch = 10_000 }, "GB of memory");
        Assert.Contains("no detection levels", Assert.Throws<NetworkException>(() => new TrainingEngine(RandomNetworks.CreateDense(1), new TrainingEngineOptions())).Message, StringComparison.Ordinal);

        void AssertRefused(TrainingEngineOptions options, string because) =>
            Assert.Contains(because, Assert.Throws<NetworkException>(() => new TrainingEngine(model, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_input_is_refused()
    {
        using var engine = new TrainingEngine(RandomWeights.Fill(EResFd.Create(), seed: 1), new TrainingEngineOptions { Batch = 1, Height = 160, Width = 160, Threads = 1 });

        Assert.Throws<InvalidOperationException>(engine.Forward);
        Assert.Throws<ArgumentException>(() => engine.SetImage(0, new RgbImage(160, 161)));
        Assert.Throws<ArgumentException>(() => engine.SetInput(0, new float[5]));
    }

    [Fact]
    public void Gradients_are_those_of_a_forward_pass_and_need_one_each()
    {
        using var engine = new TrainingEngine(RandomWeights.Fill(EResFd.Create(), seed: 1), new TrainingEngineOptions { Batch = 1, Height = 160, Width = 160, Threads = 1 });
        engine.SetImage(0, new RgbImage(160, 160));
        Assert.Throws<InvalidOperationException>(engine.Backward);
        engine.Forward();
        engine.Backward();
        Assert.Throws<InvalidOperationException>(engine.Backward);
    }

    private static (float[] Gradients, long Bytes) Run(TrainingEngineOptions options)
    {
        using var engine = new TrainingEngine(RandomWeights.Fill(Extd.Create(32), seed: 3), options);
        var random = new Random(3);
        for (var n = 0; n < options.Batch; n++)
        {
            var image = new RgbImage(options.Width, options.Height);
            random.NextBytes(image.Pixels);
            engine.SetImage(n, image);
        }

        for (var i = 0; i < engine.LocationGradients.Length; i++) engine.LocationGradients[i] = RandomWeights.Normal(random);
        for (var i = 0; i < engine.ScoreGradients.Length; i++) engine.ScoreGradients[i] = RandomWeights.Normal(random);

        // The second pass finds what the first one left in memory.
        for (var pass = 0; pass < 2; pass++)
        {
            engine.Forward();
            engine.Backward();
        }

        return ((float[])engine.Gradients.Clone(), engine.WorkspaceBytes);
    }
}
