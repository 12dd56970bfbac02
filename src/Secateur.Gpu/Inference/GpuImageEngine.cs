using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine.Launching;
using Secateur.Graph;
using Secateur.Lowering;
using Secateur.Runtime;
using Secateur.Weights;

namespace Secateur.Gpu.Inference;

/// <summary>A model on a device, for images of any size. Plans are made at the first image of a size and kept for the next.</summary>
internal sealed class GpuImageEngine : IImageEngine
{
    private const int KeptPlans = 16;

    private readonly GpuDevice _device;
    private readonly KernelSet _kernels;
    private readonly Model _lowered;
    private readonly LinkedList<SizedNetwork> _plans = [];
    private int _sessions;

    public GpuImageEngine(GpuDevice device, KernelSet kernels, Model model)
    {
        (_device, _kernels, Model) = (device, kernels, model);
        _lowered = ModelPasses.Inference.Run(model);
    }

    public Model Model { get; }

    public Network Running => _lowered.Network;

    public IImageSession CreateSession(int threads)
    {
        Interlocked.Increment(ref _sessions);
        return new GpuImageSession(this);
    }

    /// <summary>Runs an image; the device does one thing at a time.</summary>
    public void Run(ReadOnlySpan<byte> rgb, int height, int width, HostResults results)
    {
        if (rgb.Length != (long)height * width * 3)
            throw new ArgumentException($"{width} x {height} RGB pixels have {(long)height * width * 3} bytes, but {rgb.Length} were given", nameof(rgb));
        var pixels = rgb.ToArray();
        lock (_device.Gate) DeviceException.Guard(_device, () => PlanFor(height, width).Run(pixels, results));
    }

    /// <summary>Says that a session is gone; with the last one, so are the plans.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _sessions) > 0) return;
        lock (_device.Gate) Clear();
    }

    private SizedNetwork Create(int height, int width)
    {
        if (_plans.Count == KeptPlans)
        {
            _plans.Last!.Value.Dispose();
            _plans.RemoveLast();
        }

        try
        {
            return new SizedNetwork(_device, _kernels, _lowered, height, width);
        }
        catch (Exception error) when (_plans.Count > 0 && error is AcceleratorException or NetworkException)
        {
            // The plans for other sizes may have taken the memory.
            Clear();
            return Create(height, width);
        }
        catch (AcceleratorException error)
        {
            throw new NetworkException($"an image of {width} x {height} pixels does not fit {_device}: {DeviceException.Describe(error)}");
        }
    }

    private void Clear()
    {
        foreach (var plan in _plans) plan.Dispose();
        _plans.Clear();
    }

    private SizedNetwork PlanFor(int height, int width)
    {
        var found = _plans.FirstOrDefault(p => p.Height == height && p.Width == width);
        if (found is not null) _plans.Remove(found);
        else found = Create(height, width);
        _plans.AddFirst(found);
        return found;
    }
}
