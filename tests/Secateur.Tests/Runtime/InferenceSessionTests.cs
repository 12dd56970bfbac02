using Secateur.Graph;
using Secateur.Models;
using Secateur.Reference;
using Secateur.Runtime;
using Secateur.TestSupport;
using Secateur.Tests.Pruning.Compaction;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Runtime;

public class InferenceSessionTests
{
    private static readonly Model EResFdModel = RandomWeights.Fill(EResFd.Create(), 1);
    private static readonly Model ExtdModel = RandomWeights.Fill(Extd.Create(32), 2);

    [Theory]
    [InlineData("eresfd", 32, 32)]
    [InlineData("eresfd", 33, 67)]
    [InlineData("eresfd", 61, 35)]
    [InlineData("extd32", 32, 32)]
    [InlineData("extd32", 39, 33)]
    public void Detectors_compute_what_the_reference_operations_do(string architecture, int height, int width)
    {
        var model = ModelOf(architecture);
        var image = Equality.Image(3, height, width, seed: 3);
        var expected = ReferenceExecutor.Run(model, image);
        using var session = new InferenceEngine(model).CreateSession(threads: 2);
        session.Run(Floats(image), height, width);
        PlanRun.AssertEqual(expected, model.Network, OutputsOf(session, model.Network), $"{architecture} at {height} x {width}");
        foreach (var output in model.Network.Outputs)
        {
            var volume = expected[output.Node];
            Assert.Equal(new MapShape(volume.Channels, volume.Height, volume.Width), session.OutputShape(output.Name));
        }
    }

    [Fact]
    public void Every_size_from_32_up_runs()
    {
        using var session = new InferenceEngine(EResFdModel).CreateSession();
        for (var size = 32; size < 72; size++)
        {
            var (height, width) = (size, 103 - size);
            session.Run(new float[3 * height * width], height, width);
            Assert.Equal(new MapShape(4, (height + 3) / 4, (width + 3) / 4), session.OutputShape("loc_0"));
        }
    }

    [Theory]
    [InlineData("eresfd")]
    [InlineData("extd32")]
    public void The_number_of_threads_changes_no_bit(string architecture)
    {
        var model = ModelOf(architecture);
        var engine = new InferenceEngine(model);
        var image = Floats(Equality.Image(3, 75, 98, seed: 4));
        var expected = Run(engine, image, 75, 98, threads: 1);
        for (var threads = 2; threads <= 4; threads++)
        {
            foreach (var (name, values) in Run(engine, image, 75, 98, threads)) Assert.Equal(expected[name], values);
        }
    }

    [Fact]
    public void An_engine_serves_several_callers()
    {
        var engine = new InferenceEngine(EResFdModel);
        var images = Enumerable.Range(0, 4).Select(i => Floats(Equality.Image(3, 40 + i, 50, seed: i))).ToArray();
        var expected = images.Select((image, i) => Run(new InferenceEngine(EResFdModel), image, 40 + i, 50, threads: 1)).ToArray();
        Parallel.For(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 4 }, caller =>
        {
            using var session = engine.CreateSession(1 + (caller % 2));
            for (var round = 0; round < 5; round++)
            {
                var i = (caller + round) % images.Length;
                session.Run(images[i], 40 + i, 50);
                foreach (var (name, values) in OutputsOf(session, EResFdModel.Network)) Assert.Equal(expected[i][name], values);
            }
        });
    }

    [Fact]
    public void A_session_keeps_nothing_of_earlier_sizes()
    {
        var engine = new InferenceEngine(EResFdModel);
        using var session = engine.CreateSession(threads: 2);
        foreach (var (height, width) in new[] { (96, 120), (33, 40), (96, 120), (40, 33), (120, 96), (33, 40) })
        {
            var image = Floats(Equality.Image(3, height, width, seed: height));
            session.Run(image, height, width);
            var actual = OutputsOf(session, EResFdModel.Network);
            foreach (var (name, values) in Run(new InferenceEngine(EResFdModel), image, height, width, threads: 1)) Assert.Equal(values, actual[name]);
        }
    }

    [Fact]
    public void More_sizes_than_plans_are_kept_still_run()
    {
        var engine = new InferenceEngine(EResFdModel);
        using var session = engine.CreateSession();
        var image = Floats(Equality.Image(3, 32, 32, seed: 1));
        session.Run(image, 32, 32);
        var first = OutputsOf(session, EResFdModel.Network);
        for (var width = 33; width < 60; width++) session.Run(new float[3 * 32 * width], 32, width);
        session.Run(image, 32, 32);
        foreach (var (name, values) in OutputsOf(session, EResFdModel.Network)) Assert.Equal(first[name], values);
    }

    [Theory]
    [InlineData(PixelOrder.Rgb)]
    [InlineData(PixelOrder.Bgr)]
    public void An_image_runs_with_its_mean_subtracted_in_the_order_of_the_network(PixelOrder order)
    {
        var random = new Random(6);
        var pixels = new byte[33 * 34 * 3];
        random.NextBytes(pixels);
        var format = new PixelFormat([1.5f, 20, 104], order);
        var model = EResFdModel.With(EResFdModel.Network.Head with { Pixels = format });
        var planar = new float[pixels.Length];
        for (var i = 0; i < pixels.Length; i++) planar[((order == PixelOrder.Rgb ? i % 3 : 2 - (i % 3)) * 33 * 34) + (i / 3)] = pixels[i] - format.Mean[i % 3];
        var engine = new InferenceEngine(model);
        using var session = engine.CreateSession();
        session.Run(pixels, 33, 34);
        var actual = OutputsOf(session, model.Network);
        foreach (var (name, values) in Run(engine, planar, 33, 34, threads: 1)) Assert.Equal(values, actual[name]);
    }

    [Fact]
    public void A_network_without_a_step_runs_with_several_threads()
    {
        var g = new NetworkBuilder("identity");
        g.Output("y", g.Input(1));
        using var session = new InferenceEngine(RandomWeights.Fill(g.Build(), 1)).CreateSession(threads: 3);
        var result = new float[4];
        for (var i = 0; i < 1000; i++)
        {
            session.Run([i, 2, 3, 4], 2, 2);
            session.CopyOutput("y", result);
            Assert.Equal([i, 2, 3, 4], result);
        }
    }

    private static Model ModelOf(string architecture) => architecture == "eresfd" ? EResFdModel : ExtdModel;

    private static float[] Floats(Volume volume) => [.. volume.Data.Select(v => (float)v)];

    private static Dictionary<string, float[]> Run(InferenceEngine engine, float[] image, int height, int width, int threads)
    {
        using var session = engine.CreateSession(threads);
        session.Run(image, height, width);
        return OutputsOf(session, engine.Model.Network);
    }

    private static Dictionary<string, float[]> OutputsOf(InferenceSession session, Network network)
    {
        var outputs = new Dictionary<string, float[]>();
        foreach (var output in network.Outputs)
        {
            var shape = session.OutputShape(output.Name);
            session.CopyOutput(output.Name, outputs[output.Name] = new float[shape.Channels * shape.Area]);
        }

        return outputs;
    }
}
