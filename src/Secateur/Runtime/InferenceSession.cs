using System.Runtime.InteropServices;
using Secateur.Execution;
using Secateur.Graph;
using Secateur.Runtime.Memory;
using Secateur.Runtime.Planning;

namespace Secateur.Runtime;

/// <summary>One caller's memory and threads to run an <see cref="InferenceEngine"/>. Not for several callers at once; make one each.</summary>
public sealed unsafe class InferenceSession : IImageSession
{
    private const int CacheLine = 64;

    private readonly InferenceEngine _engine;
    private readonly int _channels;
    private readonly int _threads;
    private readonly WorkerTeam _team;
    private float* _memory;
    private long _floats;
    private InferencePlan? _plan;
    private bool _disposed;

    internal InferenceSession(InferenceEngine engine, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        _engine = engine;
        _channels = engine.Model.Network.Nodes.OfType<InputNode>().Single().Channels;
        _threads = threads;
        _team = new WorkerTeam(threads);
    }

    /// <summary>Frees the memory if nobody disposed of the session.</summary>
    ~InferenceSession() => NativeMemory.AlignedFree(_memory);

    /// <summary>Bytes of the workspace: feature maps only, without weights.</summary>
    public long WorkspaceBytes => _floats * sizeof(float);

    /// <summary>Runs one image at its own size; the mean is subtracted on the way. Allocates only when the size is new.</summary>
    /// <param name="rgb">height * width * 3 bytes: red, green, blue, row by row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <exception cref="NetworkException">The image is too small or too large for the network, or the network does not read three channels.</exception>
    /// <exception cref="ArgumentException">The number of bytes does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The session is gone.</exception>
    public void Run(ReadOnlySpan<byte> rgb, int height, int width)
    {
        if (_channels != 3) throw new NetworkException($"the network reads {_channels} channels, an image has 3");
        if (rgb.Length != (long)height * width * 3)
            throw new ArgumentException($"{width} x {height} RGB pixels have {(long)height * width * 3} bytes, but {rgb.Length} were given", nameof(rgb));
        Prepare(height, width);
        fixed (byte* pixels = rgb) Execute(new ImagePointer(pixels));
    }

    /// <summary>Runs one input [C, H, W], mean already subtracted.</summary>
    /// <param name="input">C * height * width values.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <exception cref="NetworkException">The input is too small or too large for the network.</exception>
    /// <exception cref="ArgumentException">The number of values does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The session is gone.</exception>
    public void Run(ReadOnlySpan<float> input, int height, int width)
    {
        if (input.Length != (Int128)_channels * height * width)
            throw new ArgumentException($"an input of {new MapShape(_channels, height, width)} was said, but {input.Length} values were given", nameof(input));
        Prepare(height, width);
        fixed (float* values = input) Execute(new ImagePointer(values));
    }

    /// <summary>The shape [C, H, W] of a result of the last run.</summary>
    /// <exception cref="KeyNotFoundException">The network has no such output.</exception>
    public MapShape OutputShape(string name) => Plan.Shapes[NodeOf(name)];

    /// <summary>Copies a result of the last run, [C, H, W] row-major.</summary>
    /// <exception cref="KeyNotFoundException">The network has no such output.</exception>
    /// <exception cref="ArgumentException">The target is too short.</exception>
    public void CopyOutput(string name, Span<float> target)
    {
        var result = Result(NodeOf(name));
        for (var c = 0; c < result.Channels; c++)
        {
            for (var y = 0; y < result.Height; y++)
            {
                result.Row(c, y).CopyTo(target);
                target = target[result.Width..];
            }
        }

        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _plan = null;
        _team.Dispose();
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>A result of the last run where it lies.</summary>
    internal ResultMap Result(int node) => new(_memory, Plan.Results[node]);

    ResultMap IImageSession.Result(int node) => Result(node);

    private InferencePlan Plan
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _plan ?? throw new InvalidOperationException("nothing has been run yet");
        }
    }

    private int NodeOf(string name)
    {
        foreach (var output in _engine.Lowered.Model.Network.Outputs)
        {
            if (output.Name == name) return output.Node;
        }

        throw new KeyNotFoundException($"the network has no output '{name}'");
    }

    private void Prepare(int height, int width)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var plan = _engine.PlanFor(height, width);
        var floats = plan.WorkspaceFloats(_threads);
        if (floats > _floats)
        {
            MachineMemory.Require(floats * sizeof(float), $"an input of {height} x {width} pixels");

            // Without memory, should there be too little, there are no results either.
            _plan = null;
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _floats = 0;
            _memory = (float*)NativeMemory.AlignedAlloc(checked((nuint)floats * sizeof(float)), CacheLine);
            _floats = floats;

            // Kernels read, and drop, values between and behind the maps: let those be numbers from the start.
            NativeMemory.Clear(_memory, (nuint)_floats * sizeof(float));
        }

        if (plan == _plan) return;
        foreach (var step in plan.Preparation) step.Run(_memory, 0, 1);
        _plan = plan;
    }

    private void Execute(ImagePointer image)
    {
        Plan.Image.In(_memory) = image;
        _team.Run(Plan.Steps, _memory);

        // Else the finalizer might free the memory under the last run of a session that nobody disposes of.
        GC.KeepAlive(this);
    }
}
