using Secateur.Graph;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;
using Secateur.Training.Data.Loading;
using Secateur.Training.Engine;
using Secateur.Training.Initialization;
using Secateur.Training.Runs;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Runs;

/// <summary>Pruning by matching the outputs of the original on images without labels.</summary>
public sealed class DistillationTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly TrainingData _data;
    private readonly Model _model = TinyDetector.Create();
    private int _runs;

    public DistillationTests() => _data = TrainingData.OpenUnlabelled(SpotDataset.Write(_temporary.PathOf("data"), train: 40, validation: 0), validate: true, seed: 5);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_run_comes_back_to_the_outputs_of_the_original()
    {
        var config = Config(_model, epochs: 10) with { LearningRate = 0.01 };
        var oneShot = LossOf(config.Pruning!.ToPlan().Select(_model, FilterCriteria.Create("fpgm", 0)).Apply(_model), _model);
        var result = Run(config, _model);
        var masked = ModelFile.Read(result.Folder.Masked);
        Assert.Equal(8, PruningStatistics.Of(masked).ZeroFilters);
        Assert.True(LossOf(masked, _model) < oneShot / 3, $"{oneShot} in one shot, {LossOf(masked, _model)} in the end");
        Assert.Equal(LossOf(masked, _model), result.Metrics[^1].ValDistillationLoss!.Value, 1e-9);
        Assert.Equal(result.Metrics.Min(m => m.ValDistillationLoss), result.Best);
        Assert.Contains("soft filter pruning by distillation with fpgm", masked.Info.Provenance[^1], StringComparison.Ordinal);
        Assert.Contains("\"distill\": true", File.ReadAllText(result.Folder.Config), StringComparison.Ordinal);

        // Statistics stay those of the original.
        Assert.Equal(_model.Weights["base.1.1.running_var"].Data, masked.Weights["base.1.1.running_var"].Data);
    }

    [Fact]
    public void Metrics_have_the_losses_of_distillation_and_none_of_labels()
    {
        var result = Run(Config(_model, epochs: 1), _model);
        Assert.All(result.Metrics, m => Assert.True(m is { LossL: null, LossC: null, ValLossL: null, Ap: null, DistillationLoss: > 0 and < 2, ValDistillationLoss: > 0 and < 2 }));
        Assert.StartsWith("phase,epoch,lr,distillation_loss,val_distillation_loss,images_per_second", File.ReadAllLines(result.Folder.Csv)[0], StringComparison.Ordinal);
        var curves = File.ReadAllText(result.Folder.Curves);
        Assert.Contains("distillation, images held out", curves, StringComparison.Ordinal);
        Assert.DoesNotContain("Average precision", curves, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_without_detection_head_is_pruned_like_any()
    {
        var model = Headless(isLinear: false);
        var config = Config(model, epochs: 10) with { LearningRate = 0.01 };
        var oneShot = LossOf(config.Pruning!.ToPlan().Select(model, FilterCriteria.Create("fpgm", 0)).Apply(model), model);
        var result = Run(config, model);
        Assert.True(LossOf(ModelFile.Read(result.Folder.Masked), model) < oneShot / 3, $"{oneShot} in one shot, {LossOf(ModelFile.Read(result.Folder.Masked), model)} in the end");
        Assert.True(result.Pruning!.Size.After.Parameters < result.Pruning.Size.Before.Parameters);
    }

    [Theory]
    [InlineData("fpgm")]
    [InlineData("taylor")]
    public void Stopping_after_any_step_and_going_on_with_other_threads_changes_nothing(string criterion)
    {
        var config = Config(_model, epochs: 1, criterion) with { Batch = 8, Threads = 1 };
        config = config with { StepsPerEpoch = _data.StepsPerEpoch(8) };
        var whole = Run(config, _model);
        for (var stop = 0; stop < 2 * config.StepsPerEpoch; stop += 2)
        {
            var path = _temporary.PathOf($"stopped-{stop}");
            using (var run = TrainingRun.Start(path, config with { SaveEvery = 3600 }, _model, _data)) run.StopAfter(stop);
            var folder = RunFolder.Open(path);
            using var resumed = TrainingRun.Resume(folder, folder.ReadConfig() with { Threads = 2 }, TrainingData.Open(folder.ReadConfig()));
            SameOutcome(whole, resumed.Run());
        }
    }

    [Theory]
    [InlineData("fpgm")]
    [InlineData("taylor")]
    public void The_number_of_processes_changes_no_bit(string criterion)
    {
        var config = Config(_model, epochs: 1, criterion);
        var one = Run(config, _model);
        foreach (var processes in new[] { 2, 4 })
        {
            var all = ThreadCollective.Run(processes, ranks =>
            {
                using var run = TrainingRun.Start(_temporary.PathOf($"of {processes}"), config, _model, _data, TrainingBackend.OnProcessors(ranks));
                return run.Run();
            });
            SameOutcome(one, all[0]);
        }
    }

    [Fact]
    public void Only_filters_that_the_given_model_has_not_are_held_at_zero_in_soft_epochs()
    {
        var weights = _model.Weights.ToDictionary();
        weights["base.0.0.weight"] = new([8, 3, 3, 3], [.. weights["base.0.0.weight"].Data.Select((w, i) => i < 27 ? 0 : w)]);
        var model = new Model(_model.Network, weights, _model.Info);
        var config = Config(model, epochs: 1) with { KeepZeroFilters = true };
        var path = _temporary.PathOf("kept");
        using (var run = TrainingRun.Start(path, config, model, _data)) run.StopAfter(1);
        var frozen = StateFile.Read(RunFolder.Open(path).State, model, RunFolder.Open(path).ReadConfig()).Position.Frozen!;
        Assert.Equal(0, Assert.Single(frozen["base.0.0"]));
        Assert.True(!frozen.TryGetValue("base.1.0", out var second) || second.IsEmpty);
    }

    [Theory]
    [InlineData("eresfd", 128)]
    [InlineData("extd32", 64)]
    public void The_original_has_no_loss(string architecture, int size)
    {
        var model = Initializer.Create(Architectures.Create(architecture), 1);
        var config = Config(model, epochs: 1) with { ImageSize = size };
        using var loader = new SampleLoader(_data.Train, new SampleLoaderOptions { Head = model.Network.Head, ImageSize = size, Batch = 1 });
        using var objective = new DistillationObjective(config, model, new TrainingEngineOptions { Batch = 1, Height = size, Width = size, Threads = 2 });
        Assert.InRange(objective.Forward(loader.Next().Samples).Total, 0, 1e-9);
    }

    [Fact]
    public void The_loss_of_a_network_with_norms_has_its_gradients()
    {
        var model = Headless(isLinear: true);
        using var loader = new SampleLoader(_data.Train, new SampleLoaderOptions { Head = model.Network.Head, ImageSize = 32, Batch = 2 });
        var samples = loader.Next().Samples;
        var config = Config(model, epochs: 1) with { ImageSize = 32 };
        using var objective = new DistillationObjective(config, model, new TrainingEngineOptions { Batch = 2, Height = 32, Width = 32, Threads = 2 });
        Assert.True(objective.Forward(samples).Total < 1e-9);

        var (values, random) = (objective.Parameters.Values, new Random(1));
        foreach (ref var value in values.AsSpan()) value += 0.1f * RandomWeights.Normal(random);
        objective.Forward(samples);
        objective.Backward();
        var gradients = (float[])objective.Gradients.Clone();
        var largest = gradients.Max(Math.Abs);
        Assert.True(largest > 0);
        for (var i = 0; i < values.Length; i += 3)
        {
            var value = values[i];
            double At(float shift)
            {
                values[i] = value + shift;
                return objective.Forward(samples).Total;
            }

            // The loss of a linear network is a parabola in each of its parameters: this is exact, but for rounding.
            Assert.Equal(gradients[i], (At(0.0625f) - At(-0.0625f)) / 0.125, 2e-4 * largest);
            values[i] = value;
        }
    }

    [Fact]
    public void Gradients_for_a_criterion_say_which_filters_the_outputs_depend_on()
    {
        var weights = _model.Weights.ToDictionary();

        // Whatever comes after the second layer's filters 0 to 3 is far less.
        foreach (var name in new[] { "loc.0.weight", "conf.0.weight" })
            weights[name] = new([.. weights[name].Shape], [.. weights[name].Data.Select((w, i) => i % 8 < 4 ? w / 1000 : w)]);
        var model = new Model(_model.Network, weights, _model.Info);
        var config = Config(model, epochs: 1, "taylor");
        var gradients = GradientBatches.Measure(model, config, _data);
        var mask = config.Pruning!.ToPlan().Select(model, FilterCriteria.Create("taylor", 0), gradients);
        Assert.Equal([0, 1, 2, 3], mask.Pruned["base.1.0"].AsEnumerable());
        Assert.Equal(gradients[1]["base.0.0.weight"].Data, GradientBatches.Measure(model, config with { Threads = 3 }, _data)[1]["base.0.0.weight"].Data);
    }

    [Fact]
    public void Other_images_and_configurations_that_make_no_sense_are_refused()
    {
        var config = Config(_model, epochs: 1);
        var others = TrainingData.OpenUnlabelled(SpotDataset.Write(_temporary.PathOf("others"), train: 39, validation: 0), validate: true, seed: 5);
        Assert.Contains("not the data", Assert.Throws<ArgumentException>(() => TrainingRun.Start(_temporary.PathOf("a"), config, _model, others)).Message, StringComparison.Ordinal);
        Assert.Contains("distillation", Assert.Throws<ArgumentException>(() => (config with { Pruning = null }).Validate()).Message, StringComparison.Ordinal);
        var grey = new NetworkBuilder("grey");
        grey.Output("result", grey.Conv2d(grey.Input(1), "conv", 4, 3));
        var model = RandomWeights.Fill(grey.Build(), 1);
        Assert.Contains("images have 3", Assert.Throws<NetworkException>(() => TrainingRun.Start(_temporary.PathOf("b"), Config(model, epochs: 1), model, _data)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_cannot_be_decoded_are_left_out_and_told()
    {
        foreach (var image in new[] { _data.Train.Images[3], _data.Validation!.Images[0] }) File.WriteAllBytes(image.Path, File.ReadAllBytes(image.Path)[..^100]);
        var data = TrainingData.OpenUnlabelled(_temporary.PathOf("data"), validate: true, seed: 5);
        var config = Config(_model, epochs: 1, data: data);
        using var run = TrainingRun.Start(_temporary.PathOf("broken"), config, _model, data);
        var told = new List<string>();
        run.BrokenImage = (name, _) =>
        {
            lock (told) told.Add(name);
        };
        Assert.True(double.IsFinite(run.Run().Metrics[^1].ValDistillationLoss!.Value));
        Assert.Equal(new[] { data.Train.Images[3].Name, data.Validation!.Images[0].Name }.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
        using var strict = TrainingRun.Start(_temporary.PathOf("strict"), config with { Strict = true }, _model, data);
        Assert.ThrowsAny<IOException>(() => strict.Run());
    }

    /// <summary>A network that detects nothing: two outputs of different sizes.</summary>
    private static Model Headless(bool isLinear)
    {
        var g = new NetworkBuilder("headless");
        var x = g.BatchNorm(g.Conv2d(g.Input(3), "first", 8, 3, 2, 1), "norm1");
        if (!isLinear) x = g.Relu(x);
        g.Output("fine", g.Conv2d(x, "out.fine", 3, 1));
        var y = g.BatchNorm(g.Conv2d(x, "second", 8, 3, 2, 1), "norm2");
        if (!isLinear) y = g.PRelu(y, "slope");
        g.Output("coarse", g.Conv2d(y, "out.coarse", 5, 1, bias: true));
        var model = RandomWeights.Fill(g.Build(), 3);
        foreach (ref var value in model.Weights["first.weight"].Data.AsSpan()) value /= 64;
        return model;
    }

    private TrainingConfig Config(Model model, int epochs, string criterion = "fpgm", TrainingData? data = null)
    {
        var pruning = new PruningSchedule
        {
            Rate = 0.5,
            Criterion = criterion,
            FinetuneEpochs = epochs,
            Batches = criterion == "taylor" ? 4 : null,
            LayerRates = model.Network.Architecture == "headless" ? [new LayerRate("out.*", 0)] : [],
        };
        return TrainingConfig.For(model.Network.Architecture, model.Network, data ?? _data, 4, epochs, pruning) with { ImageSize = 32, ValidateEvery = 1, Threads = 1, Seed = 5 };
    }

    private TrainingResult Run(TrainingConfig config, Model initial)
    {
        using var run = TrainingRun.Start(_temporary.PathOf($"run-{_runs++}"), config, initial, _data);
        return run.Run();
    }

    private double LossOf(Model model, Model teacher)
    {
        var validation = new DistillationValidation(_data.Validation!, teacher, Config(teacher, 1), TrainingBackend.Processor, (image, problem) => Assert.Fail($"{image.Name}: {problem}"));
        return validation.Measure(model, (_, _, _) => { }, new SharedStop(Collective.Alone, default)).Distillation!.Value;
    }

    private static void SameOutcome(TrainingResult expected, TrainingResult actual)
    {
        static IEnumerable<EpochMetrics> Timeless(TrainingResult result) => result.Metrics.Select(m => m with { ImagesPerSecond = 0, Waiting = 0 });
        Assert.Equal(Timeless(expected), Timeless(actual));
        string[] Models(RunFolder f) => [f.Last, f.Best, f.Masked, f.Compacted];
        Assert.All(Models(expected.Folder).Zip(Models(actual.Folder)), pair => Assert.Equal(File.ReadAllBytes(pair.First), File.ReadAllBytes(pair.Second)));
    }
}
