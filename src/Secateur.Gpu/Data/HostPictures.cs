using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;

namespace Secateur.Gpu.Data;

/// <summary>Pictures on the host, one behind the other in a few large pieces of memory, which are set aside as they are needed.</summary>
/// <param name="device">The device that they are for.</param>
/// <param name="budget">Bytes of them.</param>
/// <param name="mostSlabBytes">Bytes of a piece, or less where the budget is; larger pictures find no place.</param>
internal sealed class HostPictures(GpuDevice device, long budget, long mostSlabBytes = HostPictures.UsualSlabBytes) : IDisposable
{
    private const long UsualSlabBytes = 256 << 20;

    private readonly long _slabBytes = Math.Clamp(budget, 1, mostSlabBytes);
    private readonly List<HostMemory> _slabs = [];
    private long _end;

    /// <summary>The most bytes that it can take.</summary>
    private long Room => budget / _slabBytes * _slabBytes;

    /// <summary>Finds a place, in bytes; null where there is none. One thread at a time.</summary>
    public long? Reserve(int bytes)
    {
        if (bytes > _slabBytes) return null;
        // No picture lies across the edge of a slab.
        var at = _end / _slabBytes == (_end + bytes - 1) / _slabBytes ? _end : (_end / _slabBytes * _slabBytes) + _slabBytes;
        if (at + bytes > Room) return null;
        _end = at + bytes;
        return at;
    }

    /// <summary>Puts a picture into its place.</summary>
    public void Settle(StoredPicture picture)
    {
        if (picture.Pixels is not { } pixels) return;
        var (slab, at) = Math.DivRem(picture.At, _slabBytes);
        while (_slabs.Count <= slab) _slabs.Add(new HostMemory(device.Accelerator, _slabBytes));
        pixels.CopyTo(_slabs[(int)slab].Part(at, pixels.Length));
        picture.Settle();
    }

    /// <summary>Queues the copy of a picture to the device.</summary>
    public void CopyTo(StoredPicture picture, ArrayView<byte> target, long targetAt)
    {
        var (slab, at) = Math.DivRem(picture.At, _slabBytes);
        _slabs[(int)slab].CopyTo(device.Stream, at, picture.Bytes, target, targetAt);
    }

    public void Dispose()
    {
        foreach (var slab in _slabs) Disposal.Of(slab);
    }
}
