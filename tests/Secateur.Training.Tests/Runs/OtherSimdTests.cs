using Secateur.Kernels.Simd;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Training.Runs;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Runs;

/// <summary>Runs that begin with one vector width and go on with another: what is recorded, refused and allowed. The processor plays all widths.</summary>
public sealed class OtherSimdTests : IDisposable
{
    private const string Wide = "512-bit";
    private const string Narrow = "256-bit";

    private readonly TemporaryFolder _temporary = new();
    private readonly TrainingData _data;
    private readonly Model _model = TinyDetector.Create();
    private readonly TrainingConfig _config;

    public OtherSimdTests()
    {
        _data = TrainingData.Open(SpotDataset.Write(_temporary.PathOf("data")), validate: true);
        var steps = _data.StepsPerEpoch(2);
        _config = Samples.Config with { Epochs = 1, Batch = 2, StepsPerEpoch = steps, Milestones = [steps], DataDigest = _data.Digest(), ValidateEvery = 0 };
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_run_records_what_it_is_computed_with()
    {
        TrainingRun.Start(_temporary.PathOf("run"), _config, _model, _data).Dispose();
        var recorded = Assert.Single(RunFolder.Open(_temporary.PathOf("run")).ReadConfig().Simd);
        Assert.Equal(StepArithmetic.Here, recorded);
        Assert.StartsWith($"{(int)SimdLevels.Detect()}-bit", recorded, StringComparison.Ordinal);
        Assert.Contains(recorded, StepArithmetic.Names);
    }

    [Fact]
    public void Another_width_is_refused_with_both_and_the_way_on()
    {
        var folder = Begin(Wide);
        var before = File.ReadAllText(folder.Config);
        var error = Assert.Throws<ArgumentException>(() => Resume(folder, Narrow));
        Assert.Equal(
            "began with 512-bit vectors, and would go on with 256-bit ones here, to an outcome with other last bits: force the width by SECATEUR_SIMD, "
                + "or allow and record the change by --allow-other-simd",
            error.Message);
        Assert.Equal(before, File.ReadAllText(folder.Config));
        Assert.Equal([Wide], Resume(folder, Wide));
    }

    [Fact]
    public void An_allowed_change_is_recorded_and_is_what_the_run_goes_on_with()
    {
        var folder = Begin(Wide);
        Assert.Equal([Wide, Narrow], Resume(folder, Narrow, allowed: true));
        Assert.Equal([Wide, Narrow], folder.ReadConfig().Simd.AsEnumerable());
        Assert.Equal([Wide, Narrow], Resume(folder, Narrow));
        Assert.Contains("began with 256-bit vectors", Assert.Throws<ArgumentException>(() => Resume(folder, Wide)).Message, StringComparison.Ordinal);
        using var run = TrainingRun.Resume(folder, folder.ReadConfig(), _data, new Other(Narrow));
        Assert.Single(run.Run().Metrics);
    }

    [Fact]
    public void A_run_from_before_widths_were_recorded_goes_on_and_records_its_own()
    {
        var folder = Begin(null);
        Assert.DoesNotContain("simd", File.ReadAllText(folder.Config), StringComparison.Ordinal);
        Assert.Equal([Narrow], Resume(folder, Narrow));
        Assert.Throws<ArgumentException>(() => Resume(folder, Wide));
    }

    [Fact]
    public void A_device_has_no_width()
    {
        var folder = Begin(Wide);
        Assert.Equal([Wide], Resume(folder, null));
        Assert.Equal([Wide], Resume(folder, Wide));
    }

    [Fact]
    public void Processes_with_different_widths_are_found_out_before_a_folder_is_made()
    {
        var error = Assert.Throws<InvalidOperationException>(() => ThreadCollective.Run(2, ranks =>
            TrainingRun.Start(_temporary.PathOf("two"), _config, _model, _data, new Other(ranks.IsFirst ? Wide : Narrow, ranks))));
        Assert.Equal("rank 1 computes with 256-bit vectors, rank 0 with 512-bit: set SECATEUR_SIMD to the narrowest width for all ranks", error.Message);
        Assert.False(Directory.Exists(_temporary.PathOf("two")));
    }

    [Fact]
    public void A_configuration_with_an_unknown_width_is_damaged()
    {
        var folder = Begin(Wide);
        File.WriteAllText(folder.Config, File.ReadAllText(folder.Config).Replace(Wide, "1024-bit", StringComparison.Ordinal));
        Assert.Contains("simd is 1024-bit, expected", Assert.Throws<InvalidFileException>(folder.ReadConfig).Message, StringComparison.Ordinal);
    }

    private RunFolder Begin(string? simd)
    {
        TrainingRun.Start(_temporary.PathOf("run"), _config, _model, _data, new Other(simd)).Dispose();
        return RunFolder.Open(_temporary.PathOf("run"));
    }

    private IEnumerable<string> Resume(RunFolder folder, string? simd, bool allowed = false)
    {
        using var run = TrainingRun.Resume(folder, folder.ReadConfig(), _data, new Other(simd), allowed);
        return run.Simd;
    }

    private sealed class Other(string? simd, Collective? ranks = null) : TrainingBackend
    {
        public override Collective Ranks => ranks ?? Collective.Alone;

        public override string Device => "other";

        internal override string? Simd => simd;

        internal override ITrainer CreateTrainer(TrainingConfig config, Model initial) => new Trainer(config, initial, ranks: ranks);

        internal override IImageEngine CreateEngine(Model model) => new InferenceEngine(model);
    }
}
