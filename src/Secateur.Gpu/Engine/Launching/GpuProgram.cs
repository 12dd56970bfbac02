using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Kernels;
using Secateur.Training;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Gpu.Engine.Launching;

/// <summary>
/// A plan bound to a device: one buffer of floats, the tables that kernels read, and launches whose arguments never change. Nothing is allocated once
/// it is sealed.
/// </summary>
internal sealed class GpuProgram : IDisposable
{
    private readonly GpuDevice _device;
    private readonly List<ChannelRead> _reads = [];
    private readonly List<GradientRead> _gradients = [];
    private readonly List<ChannelTarget> _targets = [];
    private readonly List<int> _tables = [];
    private readonly List<IDisposable> _buffers = [];
    private List<Launch> _launches = [];
    private long _sums = 1;

    public GpuProgram(GpuDevice device, KernelSet kernels, MemoryLayout layout, long plannedFloats, Collective ranks)
    {
        (_device, Kernels, Layout, Exchange) = (device, kernels, layout, new SumExchange(ranks));
        PlannedStart = layout.Length;
        Memory = Allocate<float>(PlannedStart + plannedFloats);
        Weights = Memory.Cast<Four>();
        Memory.SubView(0, MemoryLayout.Constants.Length).CopyFromCPU(device.Stream, MemoryLayout.Constants.ToArray());
        device.Stream.Synchronize();
    }

    public KernelSet Kernels { get; }

    public MemoryLayout Layout { get; }

    /// <summary>What the processes that share a batch tell each other between launches.</summary>
    public SumExchange Exchange { get; }

    /// <summary>Where the plan's buffers begin.</summary>
    public long PlannedStart { get; }

    public AcceleratorStream Stream => _device.Stream;

    public ArrayView<float> Memory { get; }

    public ArrayView<Four> Weights { get; }

    public ArrayView<double> Sums { get; private set; }

    public ArrayView<ChannelRead> Reads { get; private set; }

    public ArrayView<GradientRead> GradientReads { get; private set; }

    public ArrayView<ChannelTarget> Targets { get; private set; }

    public ArrayView<int> Tables { get; private set; }

    /// <summary>Where a buffer of the plan is.</summary>
    public long At(PlanBuffer buffer) => PlannedStart + buffer.Offset;

    /// <summary>Gathers the launches that follow into a list of their own.</summary>
    public IReadOnlyList<Launch> Bind(IEnumerable<LaunchStep> steps)
    {
        _launches = [];
        foreach (var step in steps) step.Bind(this);
        return _launches;
    }

    /// <summary>Adds a launch; views are read when it runs.</summary>
    public void Add(LaunchCost cost, Action launch) => _launches.Add(new Launch(cost, launch));

    /// <summary>Has room for so many sums.</summary>
    public void RequireSums(long count) => _sums = Math.Max(_sums, count);

    /// <summary>Adds channels to read, absent ones as such; returns the index of the first.</summary>
    public int AddReads(IEnumerable<ViewSource?> sources)
    {
        var first = _reads.Count;
        foreach (var source in sources)
        {
            _reads.Add(source is { } present
                ? new ChannelRead
                {
                    Plane = At(present.Raw) + ((long)present.Channel * present.View.Map.PlaneStride),
                    ImageStride = ImageStride(present.View.Map),
                    Norm = NormOf(present.View, present.Channel),
                    Slope = SlopeOf(present.View),
                }
                : new ChannelRead { Plane = -1 });
        }

        return first;
    }

    /// <summary>Adds places of gradients; returns the index of the first.</summary>
    public int AddTargets(IEnumerable<GradientTarget?> targets)
    {
        var first = _targets.Count;
        foreach (var target in targets)
        {
            _targets.Add(target is { } present
                ? new ChannelTarget
                {
                    Plane = At(present.Buffer) + ((long)present.Channel * present.PlaneStride),
                    ImageStride = ImageStride(present.View.Map),
                    Mode = present.Accumulates ? ChannelTarget.Add : ChannelTarget.Set,
                }
                : default);
        }

        return first;
    }

    /// <summary>Adds the parts of a gradient, channel by channel; returns the index of the first.</summary>
    /// <param name="map">The map.</param>
    /// <param name="values">Where its values are.</param>
    /// <param name="parts">Its views, and whether the paths through mean and variance count.</param>
    public int AddGradients(StoredMap map, PlanBuffer values, IReadOnlyList<(ReadView View, PlanBuffer Gradient, bool Whole)> parts)
    {
        var first = _gradients.Count;
        for (var c = 0; c < map.Channels; c++)
        {
            var plane = (long)c * map.PlaneStride;
            foreach (var (view, gradient, whole) in parts)
            {
                _gradients.Add(new GradientRead
                {
                    Gradient = At(gradient) + plane,
                    Values = At(view.IsIdentity ? gradient : values) + plane,
                    ImageStride = ImageStride(map),
                    Norm = NormOf(view, c),
                    Slope = SlopeOf(view),
                    Whole = whole ? 1 : 0,
                });
            }
        }

        return first;
    }

    /// <summary>Adds numbers that kernels look up; returns the index of the first.</summary>
    public int AddTable(IEnumerable<int> numbers)
    {
        var first = _tables.Count;
        _tables.AddRange(numbers);
        return first;
    }

    /// <summary>A buffer of a map as kernels see it.</summary>
    public MapCall Map(StoredMap map, PlanBuffer buffer, int shares = 1) => new()
    {
        Batch = map.Batch,
        Channels = map.Channels,
        Positions = map.Positions,
        Width = map.Shape.Width,
        Plane = At(buffer),
        ImageStride = ImageStride(map),
        PlaneStride = map.PlaneStride,
        Shares = shares,
    };

    /// <summary>Brings the tables to the device, after all steps were bound.</summary>
    public void Seal()
    {
        Sums = Allocate<double>(_sums);
        Reads = Upload(_reads);
        GradientReads = Upload(_gradients);
        Targets = Upload(_targets);
        Tables = Upload(_tables);
        Stream.Synchronize();
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers) Disposal.Of(buffer);
    }

    private static long ImageStride(StoredMap map) => (long)map.Channels * map.PlaneStride;

    private long NormOf(ReadView view, int channel) =>
        view.Norm is null ? MemoryLayout.IdentityNorm : At(view.Norm.Numbers) + (channel * NormNumbers.Count);

    private long SlopeOf(ReadView view) => !view.Activation.IsPresent ? MemoryLayout.One : view.Activation.Slope is { } at ? Layout.Parameters + at : MemoryLayout.Zero;

    private ArrayView<T> Upload<T>(List<T> values)
        where T : unmanaged
    {
        var view = Allocate<T>(Math.Max(values.Count, 1));
        if (values.Count > 0) view.SubView(0, values.Count).CopyFromCPU(Stream, CollectionsMarshal.AsSpan(values).ToArray());
        return view;
    }

    private ArrayView<T> Allocate<T>(long count)
        where T : unmanaged
    {
        var buffer = _device.Accelerator.Allocate1D<T>(count);
        _buffers.Add(buffer);
        buffer.MemSetToZero(Stream);
        return buffer.View.BaseView;
    }
}
