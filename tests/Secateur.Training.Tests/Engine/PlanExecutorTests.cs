using System.Collections.Concurrent;
using Secateur.Execution;
using Secateur.Graph;
using Secateur.Kernels.Conv2d;
using Secateur.Pruning.Compaction;
using Secateur.TestSupport;
using Secateur.Training.Engine;
using Secateur.Training.Engine.Binding;
using Secateur.Training.Engine.Operations.Convolution;
using Secateur.Training.Engine.Steps;
using Secateur.Weights;
using Xunit;

namespace Secateur.Training.Tests.Engine;

/// <summary>The engine against the double-precision reference, over every operation in every combination.</summary>
public class PlanExecutorTests
{
    internal const int Images = 3;
    private const double Tolerance = 2e-4;

    // Batch norms over nearly constant channels enlarge rounding, up to 316 times each.
    private const double GradientTolerance = 3e-2;

    // Several of them in a row leave nothing to compare.
    private const double LargestGradient = 1e3;

    // Values this near to a kink (relative to their map) may fall on the other side in float32.
    private const double KinkMargin = 1e-5;

    [Fact]
    public void Dense_networks() => CheckAll(RandomNetworks.CreateDense, seeds: 150, atLeast: 60);

    [Fact]
    public void Pruned_networks() => CheckAll(RandomNetworks.Create, seeds: 100, atLeast: 30);

    [Fact]
    public void Compacted_networks() => CheckAll(seed => Compactor.Compact(RandomNetworks.Create(seed)), seeds: 100, atLeast: 30);

    [Fact]
    public void Imported_networks() => CheckAll(RandomNetworks.CreateDenseImported, seeds: 150, atLeast: 60);

    [Fact]
    public void Compacted_imported_networks() => CheckAll(seed => Compactor.Compact(RandomNetworks.CreateImported(seed)), seeds: 100, atLeast: 30);

    /// <summary>Images so high that convolutions fall into several bands: every row must come to one of them, and find its neighbours in the others.</summary>
    [Theory]
    [InlineData(1, 1, 0, 1)]
    [InlineData(1, 2, 0, 1)]
    [InlineData(3, 1, 1, 1)]
    [InlineData(3, 1, 0, 1)]
    [InlineData(3, 1, 2, 2)]
    [InlineData(3, 2, 1, 1)]
    [InlineData(2, 2, 1, 1)]
    [InlineData(2, 3, 0, 1)]
    [InlineData(3, 4, 2, 2)]
    [InlineData(5, 1, 2, 8)]
    [InlineData(5, 1, 0, 1)]
    [InlineData(5, 2, 4, 1)]
    [InlineData(5, 4, 2, 1)]
    [InlineData(3, 1, 2, 1, 2)]
    [InlineData(3, 1, 2, 8, 2)]
    [InlineData(3, 1, 1, 8, 2)]
    [InlineData(3, 2, 3, 1, 3)]
    public void Convolutions_in_several_bands(int kernel, int stride, int padding, int groups, int dilation = 1)
    {
        var g = new NetworkBuilder("bands");
        var x = g.PRelu(g.BatchNorm(g.Conv2d(g.Input(1), "spread", 8, 1), "norm"), "slope");
        var y = g.Conv2d(x, "banded", 8, kernel, stride, padding, groups, bias: true, dilation);
        g.Output("result", y);
        var model = RandomWeights.Fill(g.Build(), seed: 1);
        var width = (31 * stride) + 2;

        // The first such height: the last band has the fewest rows of its own.
        var height = Enumerable.Range(kernel, 10_000).First(h => Bands(h) == 3);
        int Bands(int h)
        {
            var shapes = NetworkShapes.Infer(model.Network, h, width);
            return new ConvTiles(new ConvGeometry(kernel, stride, padding, groups, dilation), 8 / groups, 8 / groups, shapes[x], shapes[y]).Bands;
        }

        var expected = EngineComparison.OfOutputs(model, Images, height, width, seed: 1);
        Compare(model, expected, height, width, "bands", gradientTolerance: Tolerance);
    }

    [Fact]
    public void Computing_values_again_changes_no_bit()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var model = RandomNetworks.CreateDense(seed);
            try
            {
                var plenty = Run(model, seed, 9, 7, new TrainingEngineOptions { Batch = Images, Threads = 1 });
                var scarce = Run(model, seed, 9, 7, new TrainingEngineOptions { Batch = Images, Threads = 1, MemoryLimit = 0 });
                AssertSameBits(plenty, scarce, $"seed {seed}");
            }
            catch (NetworkException)
            {
                // Too small for this network.
            }
        }
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var model = seed % 2 == 0 ? RandomNetworks.CreateDense(seed / 2) : RandomNetworks.CreateDenseImported(seed);
            try
            {
                var one = Run(model, seed, 13, 8, new TrainingEngineOptions { Batch = Images, Threads = 1 });
                foreach (var threads in new[] { 2, 3, 17 })
                    AssertSameBits(one, Run(model, seed, 13, 8, new TrainingEngineOptions { Batch = Images, Threads = threads }), $"seed {seed}, {threads} threads");
            }
            catch (NetworkException)
            {
                // Too small for this network.
            }
        }
    }

    [Theory]
    [InlineData(16, 24, 16)]
    [InlineData(32, 24, 24)]
    [InlineData(64, 40, 40)]
    public void As_many_threads_as_chunks_work_at_the_same_time(int chunks, int threads, int expected)
    {
        var context = new EngineContext
        {
            Level = Secateur.Kernels.Simd.SimdLevels.Detect(),
            Batch = chunks,
            Chunks = chunks,
            Collective = Collective.Alone,
            Parameters = new ParameterVector(RandomNetworks.CreateDense(1)),
            Gradients = [],
            Statistics = new Dictionary<string, float[]>(),
        };
        using var team = new WorkerTeam(threads);
        using var step = new MeetingStep(context, expected);
        step.Reset();
        unsafe
        {
            team.Run([step], null);
        }

        Assert.Equal(expected, step.Threads.Count);
    }

    [Theory]
    [InlineData(2, 16)]
    [InlineData(4, 16)]
    [InlineData(4, 12)]
    [InlineData(2, 2)]
    public void The_number_of_processes_changes_no_bit(int processes, int chunks)
    {
        const int Batch = 4;
        var checkedNetworks = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            var model = RandomNetworks.CreateDense(seed);
            foreach (var (height, width) in new[] { (13, 8), (1, 1), (40, 24) })
            {
                try
                {
                    var options = new TrainingEngineOptions { Batch = Batch, Chunks = chunks, Threads = 1 };
                    var whole = Run(model, seed, height, width, options);
                    var parts = ThreadCollective.Run(processes, ranks => Run(model, seed, height, width, options with { Collective = ranks, Threads = 1 + (ranks.Rank % 2) }));
                    var results = model.Network.Outputs.Length;
                    for (var i = 0; i < whole.Count; i++)
                    {
                        if (i < results) Assert.True(whole[i].AsSpan().SequenceEqual([.. parts.SelectMany(p => p[i])]), $"seed {seed}, {height} x {width}, result {i}");
                        else Assert.All(parts, p => Assert.True(whole[i].AsSpan().SequenceEqual(p[i]), $"seed {seed}, {height} x {width}, gradients or statistics {i}"));
                    }

                    checkedNetworks++;
                }
                catch (NetworkException)
                {
                    // Too small for this network.
                }
            }
        }

        Assert.True(checkedNetworks > 40, $"only {checkedNetworks} networks were checked");
    }

    [Fact]
    public void What_steps_leave_in_scratch_memory_changes_no_bit()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var model = RandomNetworks.CreateDense(seed);
            try
            {
                var options = new TrainingEngineOptions { Batch = Images, Threads = 2 };
                AssertSameBits(Run(model, seed, 13, 8, options), Run(model, seed, 13, 8, options, isScratchSpoilt: true), $"seed {seed}");
            }
            catch (NetworkException)
            {
                // Too small for this network.
            }
        }
    }

    private static void CheckAll(Func<int, Model> create, int seeds, int atLeast)
    {
        var count = 0;
        for (var seed = 0; seed < seeds; seed++)
        {
            var model = create(seed);
            foreach (var (height, width) in new[] { (9, 7), (6, 21) })
            {
                try
                {
                    var expected = EngineComparison.OfOutputs(model, Images, height, width, seed);
                    if (expected.KinkMargin < KinkMargin || expected.Gradients.Count == 0 || Largest(expected) > LargestGradient) continue;
                    Compare(model, expected, height, width, $"seed {seed} at {height} x {width}");
                    count++;
                }
                catch (NetworkException)
                {
                    // Too small for this network.
                }
            }
        }

        Assert.True(count > atLeast, $"only {count} networks were checked");
    }

    internal static void Compare(Model model, EngineComparison expected, int height, int width, string where, double gradientTolerance = GradientTolerance)
    {
        using var run = new OutputRun(model, expected.Input, expected.ResultGradients, height, width, new TrainingEngineOptions { Batch = Images, Threads = 2 });
        run.Step();
        foreach (var (name, values) in run.Results) expected.AssertResult(name, values, Tolerance, where);
        expected.AssertStatistics(run.Executor.Statistics, Tolerance, where);
        expected.AssertGradients(run.Executor.Parameters, run.Executor.Gradients, gradientTolerance, where);

        // The second pass finds the memory as the first one left it.
        var first = (float[])run.Executor.Gradients.Clone();
        run.Step();
        Assert.Equal(first, run.Executor.Gradients);
    }

    private static double Largest(EngineComparison expected) => expected.Gradients.Values.Max(g => g.Max(Math.Abs));

    private static List<float[]> Run(Model model, int seed, int height, int width, TrainingEngineOptions options, bool isScratchSpoilt = false)
    {
        var random = new Random(seed);
        var shapes = NetworkShapes.Infer(model.Network, height, width);
        var input = Draw(random, options.Batch * model.Network.ChannelsOf(0) * height * width);
        var gradients = model.Network.Outputs.ToDictionary(o => o.Name, o => Own(Draw(random, options.Batch * shapes[o.Node].Channels * (int)shapes[o.Node].Area)));
        using var run = new OutputRun(model, Own(input), gradients, height, width, options);
        if (isScratchSpoilt) run.Executor.Watch = (_, _) => run.Executor.Scratch.Fill(float.NaN);
        run.Step();
        return [.. run.Results.Values, run.Executor.Gradients, .. run.Executor.Statistics.Values];

        float[] Own(float[] all) => [.. options.Collective.ShareOf([.. all])];
    }

    private static float[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => RandomWeights.Normal(random))];

    private static void AssertSameBits(List<float[]> expected, List<float[]> actual, string where)
    {
        Assert.Equal(expected.Count, actual.Count);
        foreach (var (e, a) in expected.Zip(actual)) Assert.True(e.AsSpan().SequenceEqual(a), where);
    }

    /// <summary>A step whose first tasks wait for each other, so that so many threads must be in it.</summary>
    private sealed unsafe class MeetingStep(EngineContext context, int threads) : TrainingStep("meeting", context), IDisposable
    {
        private readonly CountdownEvent _here = new(threads);

        public ConcurrentDictionary<int, bool> Threads { get; } = [];

        public override IEnumerable<PlanBuffer> Buffers => [];

        protected override int Tasks => Context.Batch;

        public void Dispose() => _here.Dispose();

        protected override void RunTask(float* memory, float* scratch, int chunk, int task)
        {
            Threads.TryAdd(Environment.CurrentManagedThreadId, true);
            if (!_here.IsSet) _here.Signal();
            HangGuard.Until(() => _here.IsSet);
        }
    }

    /// <summary>An executor bound to the named outputs of any network.</summary>
    private sealed class OutputRun : IDisposable
    {
        public OutputRun(Model model, float[] images, IReadOnlyDictionary<string, float[]> gradients, int height, int width, TrainingEngineOptions options)
        {
            var shapes = NetworkShapes.Infer(model.Network, height, width);
            var channels = model.Network.Nodes.OfType<InputNode>().Single().Channels;
            var input = new BatchInput(options.OwnBatch, channels, height, width, model.Network.Head.Pixels);
            var size = channels * height * width;
            for (var n = 0; n < options.OwnBatch; n++) input.Set(n, images.AsSpan(n * size, size));
            Results = model.Network.Outputs.ToDictionary(o => o.Name, o => new float[gradients[o.Name].Length]);
            var bindings = model.Network.Outputs.Select(o =>
            {
                var area = (int)shapes[o.Node].Area;
                return new ResultBinding(o.Node, Results[o.Name], gradients[o.Name], shapes[o.Node].Channels * area, 0, area, 1);
            });
            Executor = new PlanExecutor(model, input, [.. bindings], options with { Height = height, Width = width });
        }

        public Dictionary<string, float[]> Results { get; }

        public PlanExecutor Executor { get; }

        public void Step()
        {
            Executor.Forward();
            Executor.Backward();
        }

        public void Dispose() => Executor.Dispose();
    }
}
