using Secateur.TestSupport;
using Secateur.Training.Runs;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Runs;

public sealed class StateFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Model _model = TinyDetector.Create();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_state_comes_back_bit_for_bit()
    {
        var state = Samples.State(_model);
        StateFile.Write(Path, state, Samples.Config);
        var read = StateFile.Read(Path, _model, Samples.Config);
        Assert.Equal(state.Parameters, read.Parameters);
        Assert.Equal(state.Statistics.OrderBy(s => s.Key, StringComparer.Ordinal), read.Statistics.OrderBy(s => s.Key, StringComparer.Ordinal));
        Assert.Equal(state.Optimizer.Arrays.OrderBy(s => s.Key, StringComparer.Ordinal), read.Optimizer.Arrays.OrderBy(s => s.Key, StringComparer.Ordinal));
        Assert.Equal(7, read.Optimizer.Steps);
        Assert.Equal(state.Position with { Metrics = [], Frozen = null }, read.Position with { Metrics = [], Frozen = null });
        Assert.Equal(state.Position.Metrics.AsEnumerable(), read.Position.Metrics);
        Assert.Equal([1, 4], read.Position.Frozen!["base.0.0"].AsEnumerable());
    }

    [Fact]
    public void Every_flipped_byte_and_every_cut_is_found()
    {
        StateFile.Write(Path, Samples.State(_model), Samples.Config);
        var whole = File.ReadAllBytes(Path);
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var at = random.Next(whole.Length);
            var broken = (byte[])whole.Clone();
            broken[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Path, i % 2 == 0 ? broken : whole[..at]);
            var error = Assert.Throws<InvalidFileException>(() => StateFile.Read(Path, _model, Samples.Config));
            Assert.Contains(Path, error.Message, StringComparison.Ordinal);
            Assert.Contains("put a copy of it back, or begin a new run", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Hostile_states_are_refused()
    {
        StateFile.Write(Path, Samples.State(_model), Samples.Config);
        ReaderFuzz.Run([File.ReadAllBytes(Path)], path => StateFile.Read(path, _model, Samples.Config), ".safetensors");
    }

    [Fact]
    public void A_state_of_another_configuration_is_refused()
    {
        StateFile.Write(Path, Samples.State(_model), Samples.Config);
        StateFile.Read(Path, _model, Samples.Config with { Threads = 64, SaveEvery = 1, Data = "/moved" });
        foreach (var other in new[] { Samples.Config with { Seed = 6 }, Samples.Config with { LearningRate = 2e-3 }, Samples.Config with { DataDigest = "abd" } })
            Refuses("another configuration", () => StateFile.Read(Path, _model, other));
    }

    [Fact]
    public void A_state_of_another_network_optimiser_or_version_is_refused()
    {
        var state = Samples.State(_model);
        StateFile.Write(Path, state with { Parameters = state.Parameters[1..] }, Samples.Config);
        Refuses("'parameters' has", () => StateFile.Read(Path, _model, Samples.Config));
        StateFile.Write(Path, state with { Optimizer = new OptimizerState(7, new Dictionary<string, float[]> { ["exp_avg"] = state.Parameters[1..] }) }, Samples.Config);
        Refuses("'optimizer.exp_avg' has", () => StateFile.Read(Path, _model, Samples.Config));
        StateFile.Write(Path, state, Samples.Config);
        var file = Safetensors.Read(Path);
        Safetensors.Write(Path, file.Tensors, file.Metadata.Select(m => m.Key == "secateur.state_version" ? KeyValuePair.Create(m.Key, "99") : m));
        Refuses("version '99', expected 2", () => StateFile.Read(Path, _model, Samples.Config));
        Safetensors.Write(Path, file.Tensors);
        Refuses("no saved state", () => StateFile.Read(Path, _model, Samples.Config));
    }

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(0, 3, 0)]
    [InlineData(0, 0, 5)]
    [InlineData(1, 0, 1)]
    [InlineData(2, 0, 0)]
    public void A_position_outside_the_run_is_refused(int phase, int epoch, int step)
    {
        var state = Samples.State(_model);
        StateFile.Write(Path, state with { Position = state.Position with { Phase = phase, Epoch = epoch, Step = step } }, Samples.Config);
        Refuses("position lies outside", () => StateFile.Read(Path, _model, Samples.Config));
    }

    [Fact]
    public void A_state_whose_metrics_lack_an_epoch_is_refused()
    {
        var state = Samples.State(_model);
        StateFile.Write(Path, state with { Position = state.Position with { Metrics = [null!] } }, Samples.Config);
        Refuses("position lies outside", () => StateFile.Read(Path, _model, Samples.Config));
    }

    private string Path => _folder.PathOf("state.safetensors");

    private static void Refuses(string problem, Action read) =>
        Assert.Contains(problem, Assert.Throws<InvalidFileException>(read).Message, StringComparison.Ordinal);
}
