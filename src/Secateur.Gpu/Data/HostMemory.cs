using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace Secateur.Gpu.Data;

/// <summary>Bytes of the host that the device copies from without a detour: page-locked where that can be had. Must live until the copies are done.</summary>
internal sealed unsafe class HostMemory : IDisposable
{
    private readonly PageLockedArray1D<byte>? _array;
    private readonly byte[]? _plain;
    private readonly byte* _start;

    public HostMemory(Accelerator accelerator, long length)
    {
        try
        {
            _array = accelerator.AllocatePageLocked1D<byte>(length, uninitialized: true);
        }
        catch (AcceleratorException)
        {
            // Systems limit what may be locked: slower, but it does.
            _plain = GC.AllocateUninitializedArray<byte>(checked((int)length), pinned: true);
        }

        Length = length;
        _start = _array is null ? (byte*)Unsafe.AsPointer(ref _plain![0]) : (byte*)_array.ArrayView.LoadEffectiveAddressAsPtr();
    }

    public long Length { get; }

    /// <summary>A part of it, to be written or read.</summary>
    public Span<byte> Part(long at, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(at + length, Length);
        return new Span<byte>(_start + at, length);
    }

    /// <summary>Queues the copy of a part.</summary>
    public void CopyTo(AcceleratorStream stream, long at, long length, ArrayView<byte> target, long targetAt)
    {
        if (length > 0) target.SubView(targetAt, length).CopyFromCPUUnsafeAsync(stream, ref Unsafe.AsRef<byte>(_start + at), length);
    }

    public void Dispose() => _array?.Dispose();
}
