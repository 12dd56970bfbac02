using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;

namespace Secateur.Gpu.Data;

/// <summary>Gathers on the host what goes to the device in a few copies; grows.</summary>
internal sealed class Staging(Accelerator accelerator) : IDisposable
{
    private const int Alignment = 16;
    private const int LeastBytes = 1 << 16;

    private HostMemory _memory = new(accelerator, LeastBytes);

    /// <summary>Bytes so far; a whole number of the alignment.</summary>
    public long Length { get; private set; }

    /// <summary>The next place from here on that values may begin at.</summary>
    public static long Align(long at) => (at + Alignment - 1) / Alignment * Alignment;

    /// <summary>Starts anew; copies from here must be done.</summary>
    public void Clear() => Length = 0;

    /// <summary>Appends values; returns where they begin, in bytes.</summary>
    public long Append<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var at = Length;
        var end = Align(at + MemoryMarshal.AsBytes(values).Length);
        Reserve(end);
        Write(at, values);
        Length = end;
        return at;
    }

    /// <summary>Writes values over others.</summary>
    public void Write<T>(long at, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(_memory.Part(at, bytes.Length));
    }

    /// <summary>Queues a copy of bytes from here.</summary>
    public void CopyTo(AcceleratorStream stream, long at, long length, ArrayView<byte> target, long targetAt) =>
        _memory.CopyTo(stream, at, length, target, targetAt);

    public void Dispose() => _memory.Dispose();

    private void Reserve(long length)
    {
        if (length <= _memory.Length) return;
        var larger = new HostMemory(accelerator, Math.Max(length, 2 * _memory.Length));
        for (long at = 0; at < Length; at += LeastBytes)
        {
            var part = (int)Math.Min(LeastBytes, Length - at);
            _memory.Part(at, part).CopyTo(larger.Part(at, part));
        }

        _memory.Dispose();
        _memory = larger;
    }
}
