using Secateur.Runtime;
using Secateur.Runtime.Memory;

namespace Secateur.Gpu.Inference;

/// <summary>One caller's results.</summary>
internal sealed class GpuImageSession(GpuImageEngine engine) : IImageSession
{
    private readonly HostResults _results = new();
    private bool _disposed;

    public void Run(ReadOnlySpan<byte> rgb, int height, int width)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        engine.Run(rgb, height, width, _results);
    }

    public ResultMap Result(int node) => _results.Of(node);

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        engine.Release();
    }
}
