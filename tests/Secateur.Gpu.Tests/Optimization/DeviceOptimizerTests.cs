using System.Collections.Immutable;
using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Optimization;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.TestSupport;
using Secateur.Training;
using Secateur.Training.Optimization;

namespace Secateur.Gpu.Tests.Optimization;

public class DeviceOptimizerTests
{
    private const double Decay = 5e-4;

    // The parameters and the gradients lie somewhere in the memory.
    private const int Start = 5;

    [Theory]
    [DeviceData(DeviceKind.OpenCl, OptimizerKind.Adam)]
    [DeviceData(DeviceKind.OpenCl, OptimizerKind.Sgd)]
    [DeviceData(DeviceKind.Emulator, OptimizerKind.Adam)]
    [DeviceData(DeviceKind.Emulator, OptimizerKind.Sgd)]
    public void Moves_as_the_processors(DeviceKind kind, OptimizerKind optimizer)
    {
        var random = new Random(1);
        var model = TinyDetector.Create();
        var parameters = new ParameterVector(model);
        var expected = Create(optimizer, parameters);
        var device = TestDevices.Get(kind);
        using var actual = new DeviceOptimizer(device, optimizer, parameters.Values.Length, Decay);
        using var memory = new Memory(device, parameters.Values);
        for (var step = 0; step < 4; step++)
        {
            // From the third step on with frozen filters.
            if (step == 2)
            {
                expected.Frozen = Frozen(model, parameters);
                actual.Freeze(expected.Frozen);
                foreach (var (name, values) in actual.Snapshot().State) AssertClose(expected.State[name], values);
            }

            var gradients = Gradients(random, parameters.Values.Length);
            expected.Step(gradients, 0.01);
            memory.Step(actual, gradients, 0.01);

            AssertClose(parameters.Values, memory.Parameters);
            var (steps, state) = actual.Snapshot();
            Assert.Equal(expected.Steps, steps);
            Assert.Equal(expected.State.Keys.Order(), state.Keys.Order());
            foreach (var (name, values) in state) AssertClose(expected.State[name], values);
            Assert.True(actual.ReadFinite());
        }
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl, OptimizerKind.Adam)]
    [DeviceData(DeviceKind.OpenCl, OptimizerKind.Sgd)]
    public void Goes_on_from_a_snapshot_bit_for_bit(DeviceKind kind, OptimizerKind optimizer)
    {
        var random = new Random(2);
        var values = Gradients(random, 1000);
        float[][] gradients = [.. Enumerable.Range(0, 4).Select(_ => Gradients(random, values.Length))];
        var device = TestDevices.Get(kind);
        using var straight = new DeviceOptimizer(device, optimizer, values.Length, Decay);
        using var resumed = new DeviceOptimizer(device, optimizer, values.Length, Decay);
        using var memory = new Memory(device, values);
        foreach (var g in gradients[..2]) memory.Step(straight, g, 0.01);
        var (steps, state) = straight.Snapshot();
        using var copy = new Memory(device, memory.Parameters);
        foreach (var g in gradients[2..]) memory.Step(straight, g, 0.01);

        resumed.Restore(steps, state);
        foreach (var g in gradients[2..]) copy.Step(resumed, g, 0.01);

        Assert.Equal(memory.Parameters, copy.Parameters);
        Assert.Equal(4, resumed.Steps);
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void Says_where_a_parameter_is_no_longer_finite(DeviceKind kind)
    {
        var random = new Random(3);
        var values = Gradients(random, 300);
        var device = TestDevices.Get(kind);
        using var optimizer = new DeviceOptimizer(device, OptimizerKind.Sgd, values.Length, Decay);
        Assert.True(optimizer.ReadFinite());
        foreach (var value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            using var memory = new Memory(device, values);
            memory.Step(optimizer, Gradients(random, values.Length), 0.01);
            Assert.True(optimizer.ReadFinite());
            var gradients = Gradients(random, values.Length);
            gradients[^1] = value;

            memory.Step(optimizer, gradients, 0.01);

            Assert.False(optimizer.ReadFinite());
            optimizer.Restore(0, new Dictionary<string, float[]> { ["momentum_buffer"] = new float[values.Length] });
        }
    }

    [Theory]
    [DeviceData(DeviceKind.OpenCl)]
    public void Refuses_what_the_processors_refuse(DeviceKind kind)
    {
        var device = TestDevices.Get(kind);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceOptimizer(device, OptimizerKind.Sgd, 3, double.NaN));
        using var optimizer = new DeviceOptimizer(device, OptimizerKind.Sgd, 3, Decay);

        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Upload(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => optimizer.Restore(-1, optimizer.Snapshot().State));
        Assert.Throws<ArgumentException>(() => optimizer.Restore(1, new Dictionary<string, float[]> { ["momentum_buffer"] = new float[2] }));
        Assert.Throws<ArgumentException>(() => optimizer.Restore(1, new Dictionary<string, float[]> { ["exp_avg"] = new float[3] }));
        Assert.Equal(0, optimizer.Steps);
    }

    private static Optimizer Create(OptimizerKind kind, ParameterVector parameters) =>
        kind == OptimizerKind.Adam ? new AdamOptimizer(parameters, weightDecay: Decay) : new SgdOptimizer(parameters, weightDecay: Decay);

    private static FrozenWeights Frozen(Weights.Model model, ParameterVector parameters) =>
        new(model.Network, parameters, new FilterMask([KeyValuePair.Create("base.0.0", ImmutableArray.Create(1, 6)), KeyValuePair.Create("base.1.0", ImmutableArray.Create(3))]));

    private static float[] Gradients(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)RandomWeights.Normal(random))];

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            // Where summands cancel each other, what is left is as uncertain as they are.
            Assert.InRange(actual[i], expected[i] - (1e-6 * Math.Abs(expected[i])) - 1e-7, expected[i] + (1e-6 * Math.Abs(expected[i])) + 1e-7);
            if (expected[i] == 0) Assert.Equal(0, actual[i]);
        }
    }

    /// <summary>Parameters and gradients on a device.</summary>
    private sealed class Memory : IDisposable
    {
        private readonly GpuDevice _device;
        private readonly int _length;
        private readonly MemoryBuffer1D<float, Stride1D.Dense> _values;

        public Memory(GpuDevice device, float[] parameters)
        {
            (_device, _length) = (device, parameters.Length);
            _values = device.Accelerator.Allocate1D<float>(Start + (2 * _length));
            _values.View.SubView(Start, _length).CopyFromCPU(_device.Stream, ref parameters[0], _length);
        }

        public float[] Parameters
        {
            get
            {
                var all = new float[_values.Length];
                _values.View.CopyToCPU(_device.Stream, all);
                return all[Start..(Start + _length)];
            }
        }

        public void Step(DeviceOptimizer optimizer, float[] gradients, double learningRate)
        {
            _values.View.SubView(Start + _length, _length).CopyFromCPU(_device.Stream, ref gradients[0], _length);
            optimizer.Upload(learningRate);
            optimizer.Launch(_values.View, Start, Start + _length);
        }

        public void Dispose() => _values.Dispose();
    }
}
