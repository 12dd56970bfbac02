using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Data;

/// <summary>Bytes of the host that the device copies from without a detour: page-locked where the device can. Must live until the copies are done.</summary>
internal sealed unsafe class HostMemory : IDisposable
{
    private readonly PageLockedArray1D<byte> _array;
    private readonly byte* _start;

    /// <exception cref="DeviceException">The host has not so much memory that can be page-locked.</exception>
    public HostMemory(Accelerator accelerator, long length)
    {
        try
        {
            _array = accelerator.AllocatePageLocked1D<byte>(length, uninitialized: true);
        }
        catch (AcceleratorException error)
        {
            throw new DeviceException($"the host has no {length >> 20} MiB more of page-locked memory: {DeviceException.Describe(error)}", error);
        }

        _start = (byte*)_array.ArrayView.LoadEffectiveAddressAsPtr();
    }

    public long Length => _array.Length;

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

    public void Dispose() => _array.Dispose();
}
