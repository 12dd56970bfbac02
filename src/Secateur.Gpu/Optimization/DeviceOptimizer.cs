using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Models;
using Secateur.Training.Optimization;

namespace Secateur.Gpu.Optimization;

/// <summary>
/// <see cref="AdamOptimizer"/> or <see cref="SgdOptimizer"/> on a device, with their default values. Each step uploads its scalars and launches.
/// Launches are the same from step to step, so that they may be recorded.
/// </summary>
internal sealed class DeviceOptimizer : IDisposable
{
    private readonly GpuDevice _device;
    private readonly OptimizerKind _kind;
    private readonly int _length;
    private readonly SortedDictionary<string, MemoryBuffer1D<float, Stride1D.Dense>> _state = new(StringComparer.Ordinal);
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _free;
    private readonly MemoryBuffer1D<StepRates, Stride1D.Dense> _rates;
    private readonly MemoryBuffer1D<int, Stride1D.Dense> _broken;
    private readonly Action<AcceleratorStream, KernelConfig, OptimizerViews, ArrayView<float>, long, long> _update;
    private readonly Action<AcceleratorStream, KernelConfig, OptimizerViews, ArrayView<float>, long, int> _check;
    private readonly StepRates[] _stagedRates = new StepRates[1];
    private readonly int[] _stagedBroken = new int[1];
    private OptimizerViews _views;
    private FrozenWeights? _frozen;

    /// <summary>Starts with a state of zeros.</summary>
    /// <param name="device">The device; stays the caller's.</param>
    /// <param name="kind">The formulas.</param>
    /// <param name="length">The parameters.</param>
    /// <param name="weightDecay">What of a weight is added to its gradient.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no parameters, or the decay is negative or not finite.</exception>
    public DeviceOptimizer(GpuDevice device, OptimizerKind kind, int length, double weightDecay)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        OptimizerChecks.Rate(weightDecay);
        (_device, _kind, _length) = (device, kind, length);
        _free = device.Accelerator.Allocate1D<byte>(length);
        _rates = device.Accelerator.Allocate1D<StepRates>(1);
        _broken = device.Accelerator.Allocate1D<int>(1);
        _views = new OptimizerViews { Free = _free.View, Rates = _rates.View, Broken = _broken.View, WeightDecay = (float)weightDecay };
        if (kind == OptimizerKind.Adam)
        {
            _views.First = AddState(AdamOptimizer.FirstMoment);
            _views.Second = AddState(AdamOptimizer.SecondMoment);
            (_views.KeepFirst, _views.AddFirst) = ((float)AdamOptimizer.DefaultBeta1, (float)(1 - AdamOptimizer.DefaultBeta1));
            (_views.KeepSecond, _views.AddSecond) = ((float)AdamOptimizer.DefaultBeta2, (float)(1 - AdamOptimizer.DefaultBeta2));
            _views.Epsilon = (float)AdamOptimizer.DefaultEpsilon;
            _update = device.Accelerator.LoadKernel<OptimizerViews, ArrayView<float>, long, long>(OptimizerKernels.Adam);
        }
        else
        {
            _views.First = AddState(SgdOptimizer.Velocity);
            _views.Second = _views.First;
            _views.KeepFirst = (float)SgdOptimizer.DefaultMomentum;
            _update = device.Accelerator.LoadKernel<OptimizerViews, ArrayView<float>, long, long>(OptimizerKernels.Sgd);
        }

        _check = device.Accelerator.LoadKernel<OptimizerViews, ArrayView<float>, long, int>(OptimizerKernels.Check);
        _broken.View.MemSetToZero(device.Stream);
        Freeze(null);
    }

    /// <summary>The steps taken so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Counts a step and copies its scalars to the device.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is negative or not finite.</exception>
    public void Upload(double learningRate)
    {
        OptimizerChecks.Rate(learningRate);
        Steps++;
        _stagedRates[0] = _kind == OptimizerKind.Adam
            ? new StepRates(
                (float)(learningRate / (1 - Math.Pow(AdamOptimizer.DefaultBeta1, Steps))),
                (float)Math.Sqrt(1 - Math.Pow(AdamOptimizer.DefaultBeta2, Steps)))
            : new StepRates((float)learningRate, 1);
        _broken.View.MemSetToZero(_device.Stream);
        _rates.View.CopyFromCPU(_device.Stream, _stagedRates);
    }

    /// <summary>Queues the step.</summary>
    /// <param name="memory">Where parameters and gradients lie.</param>
    /// <param name="parameters">From where on the parameters lie, which are moved.</param>
    /// <param name="gradients">From where on the loss's gradient lies, laid out alike.</param>
    public void Launch(ArrayView<float> memory, long parameters, long gradients)
    {
        var groups = new KernelConfig((_length + GpuDevice.GroupSize - 1) / GpuDevice.GroupSize, GpuDevice.GroupSize);
        _update(_device.Stream, groups, _views, memory, parameters, gradients);
    }

    /// <summary>Queues a look at other values, which must be finite, too.</summary>
    public void LaunchCheck(ArrayView<float> memory, long first, int count)
    {
        if (count > 0) _check(_device.Stream, new KernelConfig((count + GpuDevice.GroupSize - 1) / GpuDevice.GroupSize, GpuDevice.GroupSize), _views, memory, first, count);
    }

    /// <summary>Forgets what it remembers, and holds weights at zero, or none.</summary>
    public void Reset(FrozenWeights? frozen)
    {
        foreach (var buffer in _state.Values) buffer.View.MemSetToZero(_device.Stream);
        Steps = 0;
        Freeze(frozen);
    }

    /// <summary>Waits for the launched step; returns whether it left all parameters, and what was looked at, finite.</summary>
    public bool ReadFinite()
    {
        _broken.View.CopyToCPU(_device.Stream, _stagedBroken);
        return _stagedBroken[0] == 0;
    }

    /// <summary>
    /// Holds weights at zero, or none. What is remembered of them becomes zero at once, they themselves with the next step, unless the caller, whose
    /// they are, zeroes them before.
    /// </summary>
    /// <exception cref="ArgumentException">They belong to another number of parameters.</exception>
    public void Freeze(FrozenWeights? frozen)
    {
        var free = new float[_length];
        Array.Fill(free, 1);
        frozen?.Zero(free);
        _frozen = frozen;
        _free.View.CopyFromCPU(_device.Stream, Array.ConvertAll(free, f => (byte)f));
        if (frozen is not null) Restore(Steps, Snapshot().State);
    }

    /// <summary>Waits for the launched step, and copies what <see cref="Restore"/> needs to go on bit for bit.</summary>
    /// <returns>The steps, and the arrays by PyTorch's names.</returns>
    public (long Steps, IReadOnlyDictionary<string, float[]> State) Snapshot()
    {
        var arrays = new Dictionary<string, float[]>();
        foreach (var (name, buffer) in _state)
        {
            var values = new float[_length];
            buffer.View.CopyToCPU(_device.Stream, values);
            arrays.Add(name, values);
        }

        return (Steps, arrays);
    }

    /// <summary>Goes back to a saved state, the processor's or a device's; the parameters are the caller's to restore.</summary>
    /// <param name="steps">The saved steps.</param>
    /// <param name="state">The saved arrays; copied.</param>
    /// <exception cref="ArgumentException">An array is missing, unexpected or of another length: the state of another optimiser or network.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is negative.</exception>
    public void Restore(long steps, IReadOnlyDictionary<string, float[]> state)
    {
        OptimizerChecks.State(steps, state, _state.Keys, _length);
        foreach (var (name, buffer) in _state)
        {
            var values = state[name].ToArray();
            _frozen?.Zero(values);
            buffer.View.CopyFromCPU(_device.Stream, values);
        }

        Steps = steps;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _state.Values) buffer.Dispose();
        _free.Dispose();
        _rates.Dispose();
        _broken.Dispose();
    }

    private ArrayView<float> AddState(string name)
    {
        var buffer = _device.Accelerator.Allocate1D<float>(_length);
        buffer.View.MemSetToZero(_device.Stream);
        _state.Add(name, buffer);
        return buffer.View;
    }
}
