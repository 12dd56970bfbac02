using System.Collections.Concurrent;
using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Training.Data.Datasets;
using Secateur.Training.Data.Loading;

namespace Secateur.Gpu.Data;

/// <summary>
/// Decoded pictures, each as large as some sample needed it: on the device as long as there is room, then on the host, then not at all. They stay
/// where they are, and the file of a kept picture is not read again.
/// </summary>
/// <remarks>Any thread may ask for pictures; the rest is for the one that works with the device.</remarks>
internal sealed class PictureStore : IDisposable
{
    private const int Channels = 3;

    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _device;
    private readonly ConcurrentDictionary<LabelledImage, ImagePictures> _images = new(ReferenceEqualityComparer.Instance);
    private readonly object _gate = new();
    private readonly long _deviceBytes;
    private long _onDevice;
    private long _onHost;
    private long _decoded;

    /// <param name="device">The device.</param>
    /// <param name="dataset">The images; no more memory is set aside on the device than their pictures can take.</param>
    /// <param name="deviceBytes">Bytes for pictures on the device.</param>
    /// <param name="hostBytes">Bytes for pictures on the host, set aside as they are needed.</param>
    public PictureStore(GpuDevice device, FaceDataset dataset, long deviceBytes, long hostBytes)
        : this(device, Math.Min(deviceBytes, MostBytes(dataset)), hostBytes)
    {
    }

    private PictureStore(GpuDevice device, long deviceBytes, long hostBytes)
    {
        // Other programs may have taken memory, and drivers limit single buffers: half of it will do as well.
        MemoryBuffer1D<byte, Stride1D.Dense>? buffer;
        while ((buffer = TryAllocate(device, deviceBytes)) is null) deviceBytes /= 2;
        (_device, _deviceBytes) = (buffer, deviceBytes);
        Host = new HostPictures(device, hostBytes);
    }

    /// <summary>The pictures on the device, always in the same place.</summary>
    public ArrayView<byte> Device => _device.View;

    /// <summary>The pictures on the host.</summary>
    public HostPictures Host { get; }

    /// <summary>How often a file was decoded.</summary>
    public long Decoded => Interlocked.Read(ref _decoded);

    /// <summary>Bytes of the pictures whose place is on the device, and on the host.</summary>
    public (long OnDevice, long OnHost) Kept
    {
        get
        {
            lock (_gate) return (_onDevice, _onHost);
        }
    }

    /// <summary>A store that keeps nothing, for samples whose pixels are ready.</summary>
    public static PictureStore Empty(GpuDevice device) => new(device, 0, 0);

    /// <summary>The picture of an image, decoded if it is not kept.</summary>
    /// <param name="image">The image.</param>
    /// <param name="reduction">The most by which it may be reduced.</param>
    /// <exception cref="IOException">The file cannot be read, or is another image by now.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public StoredPicture Get(LabelledImage image, int reduction)
    {
        var pictures = _images.GetOrAdd(image, _ => new ImagePictures());
        // Who needs the same image at the same time waits instead of decoding it, too.
        lock (pictures)
        {
            if (pictures.Find(reduction) is { } kept) return kept;
            var (pixels, actual) = PictureReader.Read(image, reduction);
            Interlocked.Increment(ref _decoded);
            var (place, at) = Reserve(pixels.Pixels.Length);
            var picture = new StoredPicture(pixels, actual, place, at);
            pictures.Add(reduction, picture);
            return picture;
        }
    }

    /// <summary>Frees the memory; what is queued must be done.</summary>
    public void Dispose()
    {
        Disposal.Of(_device, Host);
    }

    private static MemoryBuffer1D<byte, Stride1D.Dense>? TryAllocate(GpuDevice device, long bytes)
    {
        try
        {
            // There is no buffer of no bytes.
            return device.Accelerator.Allocate1D<byte>(Math.Max(1, bytes));
        }
        catch (AcceleratorException) when (bytes > 1)
        {
            return null;
        }
    }

    private static long MostBytes(FaceDataset dataset)
    {
        var sum = 0L;
        foreach (var image in dataset.Images.Where(image => !image.Faces.IsEmpty))
        {
            for (var reduction = 1; reduction <= PictureReader.LargestReduction; reduction *= 2)
                sum += (long)PictureReader.Reduced(image.Width, reduction) * PictureReader.Reduced(image.Height, reduction) * Channels;
        }

        return sum;
    }

    private (PicturePlace Place, long At) Reserve(int bytes)
    {
        lock (_gate)
        {
            if (_onDevice + bytes <= _deviceBytes)
            {
                _onDevice += bytes;
                return (PicturePlace.Device, _onDevice - bytes);
            }

            if (Host.Reserve(bytes) is not { } at) return (PicturePlace.Nowhere, 0);
            _onHost += bytes;
            return (PicturePlace.Host, at);
        }
    }
}
