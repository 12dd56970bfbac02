using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine;
using Secateur.Gpu.Engine.Launching;
using Secateur.Graph;
using Secateur.Pruning.Compaction;
using Secateur.TestSupport;
using Secateur.Training;
using Secateur.Training.Engine.Planning;
using Secateur.Training.Tests.Engine;
using Secateur.Weights;

namespace Secateur.Gpu.Tests.Engine;

/// <summary>The device's engine against the double-precision reference, over every operation in every combination.</summary>
public sealed class GpuExecutorTests
{
    private const int Images = 3;
    private const double Tolerance = 2e-4;
    private const double RoundedTolerance = 2e-3;
    private const double GradientTolerance = 3e-2;
    private const double LargestGradient = 1e3;
    private const double KinkMargin = 1e-5;

    [Theory]
    [DeviceData(DeviceKind.OpenCl, 50)]
    [DeviceData(DeviceKind.Emulator, 4)]
    public void Dense_networks(DeviceKind kind, int seeds) => CheckAll(kind, RandomNetworks.CreateDense, seeds);

    [Theory]
    [DeviceData(DeviceKind.OpenCl, 40)]
    public void Compacted_networks(DeviceKind kind, int seeds) => CheckAll(kind, seed => Compactor.Compact(RandomNetworks.Create(seed)), seeds);

    /// <summary>Channels that a convolution reads twice get their gradients from several threads.</summary>
    [Theory]
    [DeviceData(DeviceKind.OpenCl, false)]
    [DeviceData(DeviceKind.OpenCl, true)]
    public void Channels_read_several_times(DeviceKind kind, bool usesTensorCores)
    {
        var g = new NetworkBuilder("twice");
        var x = g.Relu(g.Conv2d(g.Input(3), "spread", 24, 3, padding: 1));
        g.Output("result", g.Conv2d(g.Concat("same", x, x, x), "wide", 16, 1));
        var model = RandomWeights.Fill(g.Build(), seed: 1);
        var expected = EngineComparison.OfOutputs(model, Images, 40, 40, seed: 1);
        Compare(TestDevices.Get(kind), TestDevices.Backend(kind).Kernels, model, expected, 40, 40, "twice", usesTensorCores);
    }

    /// <summary>Tensor cores, emulated: products of values rounded to ten bits differ from exact ones by about a thousandth.</summary>
    [Theory]
    [DeviceData(DeviceKind.OpenCl, 16, 16, 3, 1, 1)]
    [DeviceData(DeviceKind.OpenCl, 13, 70, 1, 1, 0)]
    [DeviceData(DeviceKind.OpenCl, 33, 9, 3, 2, 1)]
    [DeviceData(DeviceKind.OpenCl, 8, 8, 5, 4, 2)]
    [DeviceData(DeviceKind.Emulator, 9, 17, 3, 2, 1)]
    public void Tensor_cores(DeviceKind kind, int inputs, int outputs, int kernel, int stride, int padding)
    {
        var g = new NetworkBuilder("wide");
        var x = g.PRelu(g.BatchNorm(g.Conv2d(g.Input(1), "spread", inputs, 1), "norm"), "slope");
        g.Output("result", g.BatchNorm(g.Conv2d(x, "wide", outputs, kernel, stride, padding, bias: true), "after"));
        var model = RandomWeights.Fill(g.Build(), seed: 1);
        var expected = EngineComparison.OfOutputs(model, Images, 11, 9, seed: 1);
        Compare(TestDevices.Get(kind), TestDevices.Backend(kind).Kernels, model, expected, 11, 9, "tensor cores", usesTensorCores: true);
    }

    /// <summary>Nodes that a GPU has no step for.</summary>
    [Fact]
    public void What_it_cannot_run_is_refused_by_name()
    {
        var refused = new Dictionary<string, Func<NetworkBuilder, int, int>>
        {
            ["dilated: a convolution of dilation 2"] = (g, x) => g.Conv2d(x, "dilated", 2, 3, padding: 2, dilation: 2),
            ["slopes: a PReLU with a slope for each channel"] = (g, x) => g.PRelu(x, "slopes", perChannel: true),
            ["first.clip: ClipNode"] = (g, x) => g.Clip(x, 0, 6),
            ["first.sigmoid: SigmoidNode"] = (g, x) => g.Sigmoid(x),
            ["product: MultiplyNode"] = (g, x) => g.Multiply(x, x, "product"),
            ["first.avgpool: AveragePool2dNode"] = (g, x) => g.AveragePool2d(x, 2, 2),
            ["first.mean: GlobalAveragePoolNode"] = (g, x) => g.GlobalAveragePool(x),
        };
        foreach (var (message, node) in refused)
        {
            var g = new NetworkBuilder("refused");
            g.Output("y", node(g, g.Conv2d(g.Input(3), "first", 4, 3)));
            var model = RandomWeights.Fill(g.Build(), seed: 1);
            var parameters = new ParameterVector(model);
            var steps = new GpuSteps((Images, 1), parameters, new MemoryLayout(parameters, Statistics(model)), [], usesTensorCores: false);
            var error = Assert.Throws<NetworkException>(() => TrainingPlan.CreateForward(steps, model.Network, 9, 7, []));
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    private static void CheckAll(DeviceKind kind, Func<int, Model> create, int seeds)
    {
        var device = TestDevices.Get(kind);
        var kernels = TestDevices.Backend(kind).Kernels;
        var count = 0;
        for (var seed = 0; seed < seeds; seed++)
        {
            var model = create(seed);
            foreach (var (height, width) in new[] { (9, 7), (6, 21) })
            {
                try
                {
                    var expected = EngineComparison.OfOutputs(model, Images, height, width, seed);
                    if (expected.KinkMargin < KinkMargin || expected.Gradients.Count == 0 || expected.Gradients.Values.Max(g => g.Max(Math.Abs)) > LargestGradient) continue;
                    Compare(device, kernels, model, expected, height, width, $"seed {seed} at {height} x {width}");
                    count++;
                }
                catch (NetworkException)
                {
                    // Too small for this network.
                }
            }
        }

        Assert.True(count > seeds / 2, $"only {count} networks were checked");
    }

    private static void Compare(GpuDevice device, KernelSet kernels, Model model, EngineComparison expected, int height, int width, string where, bool usesTensorCores = false)
    {
        var shapes = NetworkShapes.Infer(model.Network, height, width);
        using var executor = new GpuExecutor(device, kernels, model, (Images, height, width), Places, trains: true, usesTensorCores);
        var places = Places(new MemoryLayout(new ParameterVector(model), Statistics(model)));
        var channels = model.Network.ChannelsOf(0);
        var positions = height * width;
        float[]? first = null;
        for (var pass = 0; pass < 2; pass++)
        {
            for (var n = 0; n < Images; n++)
            {
                for (var c = 0; c < channels; c++)
                    executor.Write(executor.Input.Start + (n * executor.Input.ImageStride) + (c * executor.Input.PlaneStride), expected.Input[(((n * channels) + c) * positions)..(((n * channels) + c + 1) * positions)]);
            }

            foreach (var (output, place) in model.Network.Outputs.Zip(places)) executor.Write(place.Gradients, expected.ResultGradients[output.Name]);
            executor.Forward();
            executor.Backward();
            var gradients = new float[new ParameterVector(model).Values.Length];
            executor.Read(executor.Layout.Gradients, gradients);
            if (first is not null)
            {
                Assert.Equal(first, gradients);
                continue;
            }

            first = gradients;
            foreach (var (output, place) in model.Network.Outputs.Zip(places))
            {
                var values = new float[expected.ResultGradients[output.Name].Length];
                executor.Read(place.Values, values);
                expected.AssertResult(output.Name, values, usesTensorCores ? RoundedTolerance : Tolerance, where);
            }

            expected.AssertStatistics(Statistics(model).ToDictionary(s => s.Key, s =>
            {
                var values = new float[s.Value.Length];
                executor.Read(executor.Layout.Statistics[s.Key], values);
                return values;
            }), usesTensorCores ? RoundedTolerance : Tolerance, where);
            expected.AssertGradients(new ParameterVector(model), gradients, GradientTolerance, where);
        }

        List<ResultPlace> Places(MemoryLayout layout) => [.. model.Network.Outputs.Select(o =>
        {
            var size = Images * shapes[o.Node].Channels * shapes[o.Node].Area;
            return new ResultPlace(o.Node, layout.Allocate(size), layout.Allocate(size), shapes[o.Node].Channels * shapes[o.Node].Area, (int)shapes[o.Node].Area, 1);
        })];
    }

    private static Dictionary<string, float[]> Statistics(Model model) =>
        model.Network.Parameters.Where(p => !p.IsLearnable).ToDictionary(p => p.Name, p => model.Weights[p.Name].Data);
}
