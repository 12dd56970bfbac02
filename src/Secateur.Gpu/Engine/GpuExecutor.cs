using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine.Launching;
using Secateur.Graph;
using Secateur.Training;
using Secateur.Training.Engine.Planning;
using Secateur.Weights;

namespace Secateur.Gpu.Engine;

/// <summary>A plan on a device, with its memory: any network, any results.</summary>
internal sealed class GpuExecutor : IDisposable
{
    // What the maps of a step may take for each pixel of its input before values are computed again: 8 GB for 16 images of 640 x 640.
    private const long BytesPerPixel = 1220;

    // Of what one buffer may have: what plans aim at, and what they may take. The rest is for sums, tables, the loss and the optimiser.
    private const double Aim = 0.85;
    private const double Most = 0.92;

    // Threads are counted in 32 bits.
    private const long MostPositions = int.MaxValue / 2;

    private readonly GpuProgram _program;

    /// <param name="device">The device.</param>
    /// <param name="kernels">Its kernels.</param>
    /// <param name="model">Network and weights; copied.</param>
    /// <param name="size">N, H and W: the images of this process.</param>
    /// <param name="results">Takes room for the results, and says where it is.</param>
    /// <param name="trains">Whether there is a backward pass.</param>
    /// <param name="usesTensorCores">Whether wide convolutions run on tensor cores.</param>
    /// <param name="ranks">The processes that share each batch, all of which have as many images and make the same calls; null for one.</param>
    /// <exception cref="NetworkException">The images are too small for the network.</exception>
    /// <exception cref="DeviceException">The device has too little memory.</exception>
    public GpuExecutor(
        GpuDevice device, KernelSet kernels, Model model, (int Batch, int Height, int Width) size, Func<MemoryLayout, IReadOnlyList<ResultPlace>> results, bool trains,
        bool usesTensorCores = false, Collective? ranks = null)
    {
        ranks ??= Collective.Alone;
        var positions = (long)size.Batch * size.Height * size.Width;
        if (positions > MostPositions) throw new NetworkException($"a batch of {size.Batch} at {size.Height} x {size.Width} pixels is too large; take a smaller batch or smaller images");
        var room = device.BufferBytes;
        var parameters = new ParameterVector(model);
        var statistics = Statistics = model.Network.Parameters.Where(p => !p.IsLearnable).ToDictionary(p => p.Name, p => model.Weights[p.Name].Data);
        var plan = trains
            ? TrainingPlan.Create(CreateSteps, model.Network, size.Height, size.Width, Nodes(), Math.Min((long)(room * Aim), positions * BytesPerPixel) / sizeof(float))
            : TrainingPlan.CreateForward(CreateSteps(), model.Network, size.Height, size.Width, Nodes());
        var steps = (GpuSteps)plan.Factory;
        Layout = steps.Layout;
        RequireMemory(device, room, model.Network, size, Layout.Length, plan.Floats, trains, ranks.Size);
        _program = new GpuProgram(device, kernels, Layout, plan.Floats, ranks);
        ForwardLaunches = _program.Bind(plan.Forward.Cast<LaunchStep>());
        var gradients = (Start: Layout.Gradients, Count: parameters.Values.Length);
        BackwardLaunches =
        [
            new Launch(
                new LaunchCost(nameof(KernelSet.Clear), sizeof(float) * (long)gradients.Count),
                () => _program.Kernels.Clear(_program.Stream, Grids.For(gradients.Count), _program.Memory, gradients.Start, gradients.Count)),
            .. _program.Bind(plan.Backward.Cast<LaunchStep>()),
        ];
        var input = steps.InputMap!;
        Input = (_program.At(steps.InputBuffer!), (long)input.Channels * input.PlaneStride, input.PlaneStride);
        try
        {
            _program.Seal();
            Write(Layout.Parameters, parameters.Values);
            foreach (var (name, values) in statistics) Write(Layout.Statistics[name], values);
        }
        catch
        {
            _program.Dispose();
            throw;
        }

        GpuSteps CreateSteps()
        {
            var layout = new MemoryLayout(parameters, statistics);
            return new GpuSteps((size.Batch, ranks.Size), parameters, layout, results(layout), usesTensorCores);
        }

        List<int> Nodes() => [.. results(new MemoryLayout(parameters, statistics)).Select(r => r.Node)];
    }

    /// <summary>The running statistics that the model began with, by name.</summary>
    public IReadOnlyDictionary<string, float[]> Statistics { get; }

    /// <summary>What lies where.</summary>
    public MemoryLayout Layout { get; }

    /// <summary>The device's memory.</summary>
    public ILGPU.ArrayView<float> Memory => _program.Memory;

    /// <summary>Where the input [N, C, H, W] goes: the first plane, from image to image, from channel to channel.</summary>
    public (long Start, long ImageStride, long PlaneStride) Input { get; }

    /// <summary>Bytes of its memory.</summary>
    public long MemoryBytes => Memory.Length * sizeof(float);

    /// <summary>The launches of the forward pass.</summary>
    public IReadOnlyList<Launch> ForwardLaunches { get; }

    /// <summary>The launches of the backward pass.</summary>
    public IReadOnlyList<Launch> BackwardLaunches { get; }

    /// <summary>Queues the forward pass.</summary>
    public void Forward() => Run(ForwardLaunches);

    /// <summary>Queues the backward pass.</summary>
    public void Backward() => Run(BackwardLaunches);

    /// <summary>Brings values to the device.</summary>
    public void Write(long at, float[] values)
    {
        if (values.Length == 0) return;
        Memory.SubView(at, values.Length).CopyFromCPU(_program.Stream, values);
        _program.Stream.Synchronize();
    }

    /// <summary>Waits for all that was queued, and brings values back.</summary>
    public void Read(long at, float[] values)
    {
        if (values.Length == 0) return;
        Memory.SubView(at, values.Length).CopyToCPU(_program.Stream, values);
        _program.Stream.Synchronize();
    }

    public void Dispose() => _program.Dispose();

    private static void RequireMemory(
        GpuDevice device, long room, Network network, (int Batch, int Height, int Width) size, long fixedFloats, long plannedFloats, bool trains, int ranks)
    {
        var (needed, there) = ((fixedFloats + plannedFloats) * sizeof(float), (long)(room * Most));
        if (needed <= there) return;
        var what = FormattableString.Invariant($"{size.Height} x {size.Width} pixels needs {needed / 1e9:F1} GB, {device} has {there / 1e9:F1} GB for it");
        if (!trains) throw new NetworkException($"{network.Architecture} at {what}");
        var fitting = ranks * (long)(((room * Aim / sizeof(float)) - fixedFloats) / ((double)plannedFloats / size.Batch));
        throw new DeviceException($"{network.Architecture} with a batch of {ranks * size.Batch} at {what}; "
            + (fitting > 0 ? FormattableString.Invariant($"a batch of {fitting} would fit (--batch {fitting})") : "take smaller images (--imgsz)"));
    }

    private static void Run(IReadOnlyList<Launch> launches)
    {
        for (var i = 0; i < launches.Count; i++) launches[i].Queue();
    }
}
