using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Graph;
using Secateur.Training.Data.Augmentation;

namespace Secateur.Gpu.Data;

/// <summary>
/// Makes the pixels of batches on the device: those that the CPU makes of the same samples, bit for bit. <see cref="Upload"/> brings what a batch
/// needs; <see cref="Launch"/> queues the same kernels with the same arguments every time, so that they may be recorded once and replayed.
/// </summary>
internal sealed class BatchRenderer : IDisposable
{
    // Both axes' first pixels and eight weights.
    private const long UsualTableBytes = 2 * (sizeof(int) + (8 * sizeof(float)));

    private readonly PictureStore _store;
    private readonly int _batch;
    private readonly RenderShape _shape;
    private readonly int _groups;
    private readonly Staging[] _stagings;
    private readonly DeviceRecipe[] _recipes;
    private readonly MemoryBuffer1D<uint, Stride1D.Dense> _pixels;
    private readonly MemoryBuffer1D<ulong, Stride1D.Dense> _sums;
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _contrasts;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<DeviceRecipe>, ArrayView<int>, ArrayView<float>, ArrayView<byte>, ArrayView<byte>, ArrayView<uint>, ArrayView<ulong>, RenderShape> _resample;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<DeviceRecipe>, ArrayView<ulong>, int, ArrayView<float>, RenderShape> _measure;
    private readonly Action<AcceleratorStream, KernelConfig, ArrayView<DeviceRecipe>, ArrayView<uint>, ArrayView<float>, ArrayView<float>, long, long, long, RenderShape> _finish;
    private MemoryBuffer1D<byte, Stride1D.Dense> _brought;
    private int _next;

    /// <param name="device">The device.</param>
    /// <param name="store">The store of the batches' pictures.</param>
    /// <param name="format">The planes that the network takes.</param>
    /// <param name="imageSize">Width and height of the samples in pixels.</param>
    /// <param name="batch">Samples of a batch.</param>
    public BatchRenderer(GpuDevice device, PictureStore store, PixelFormat format, int imageSize, int batch)
    {
        (Device, _store, _batch) = (device, store, batch);
        _shape = ShapeOf(format, imageSize);
        var pixels = imageSize * imageSize;
        _groups = (pixels + SampleKernels.GroupPixels - 1) / SampleKernels.GroupPixels;
        var accelerator = device.Accelerator;
        _stagings = [new Staging(accelerator), new Staging(accelerator)];
        _recipes = new DeviceRecipe[batch];
        _pixels = accelerator.Allocate1D<uint>((long)batch * pixels);
        _sums = accelerator.Allocate1D<ulong>((long)batch * _groups);
        _contrasts = accelerator.Allocate1D<float>(batch);
        _brought = accelerator.Allocate1D<byte>(Staging.Align(batch * (Unsafe.SizeOf<DeviceRecipe>() + (imageSize * UsualTableBytes))));
        _resample = accelerator.LoadKernel<ArrayView<DeviceRecipe>, ArrayView<int>, ArrayView<float>, ArrayView<byte>, ArrayView<byte>, ArrayView<uint>, ArrayView<ulong>, RenderShape>(SampleKernels.Resample);
        _measure = accelerator.LoadKernel<ArrayView<DeviceRecipe>, ArrayView<ulong>, int, ArrayView<float>, RenderShape>(SampleKernels.MeasureContrast);
        _finish = accelerator.LoadKernel<ArrayView<DeviceRecipe>, ArrayView<uint>, ArrayView<float>, ArrayView<float>, long, long, long, RenderShape>(SampleKernels.Finish);
    }

    /// <summary>The device.</summary>
    public GpuDevice Device { get; }

    /// <summary>Changes when kernels that were recorded must be recorded anew, since memory of theirs has moved.</summary>
    public int Version { get; private set; }

    /// <summary>Brings a batch to the device. Waits for the work that is queued.</summary>
    /// <exception cref="ArgumentException">It has another number of samples, or samples of another size.</exception>
    public void Upload(DeviceBatch batch)
    {
        if (batch.Samples.Length != _batch) throw new ArgumentException($"the batch has {batch.Samples.Length} samples, {_batch} are expected", nameof(batch));
        // Copies from the other one may be under way still; those from this one ended before the last batch was brought.
        var staging = _stagings[_next];
        staging.Clear();
        staging.Append<DeviceRecipe>(_recipes);
        for (var i = 0; i < _batch; i++) _recipes[i] = StageTables(batch.Samples[i], staging);
        var pictures = batch.Samples.Select(s => s.Picture).Distinct().ToLookup(p => p.Place);
        var places = new Dictionary<StoredPicture, long>();
        foreach (var picture in pictures[PicturePlace.Nowhere]) places[picture] = staging.Append<byte>(picture.Pixels);
        var staged = staging.Length;
        var end = staged;
        foreach (var picture in pictures[PicturePlace.Host])
        {
            _store.Host.Settle(picture);
            places[picture] = end;
            end = Staging.Align(end + picture.Bytes);
        }

        var arrivals = pictures[PicturePlace.Device].Where(p => p.Pixels is not null).Select(p => (Picture: p, At: staging.Append<byte>(p.Pixels))).ToArray();
        for (var i = 0; i < _batch; i++)
        {
            var picture = batch.Samples[i].Picture;
            _recipes[i].Resident = picture.Place == PicturePlace.Device ? 1 : 0;
            _recipes[i].PictureAt = picture.Place == PicturePlace.Device ? picture.At : places[picture];
        }

        staging.Write<DeviceRecipe>(0, _recipes);
        Device.Stream.Synchronize();
        _next = 1 - _next;
        Reserve(end);
        staging.CopyTo(Device.Stream, 0, staged, _brought.View, 0);
        foreach (var picture in pictures[PicturePlace.Host]) _store.Host.CopyTo(picture, _brought.View, places[picture]);
        foreach (var (picture, at) in arrivals)
        {
            staging.CopyTo(Device.Stream, at, picture.Bytes, _store.Device, picture.At);
            picture.Settle();
        }
    }

    /// <summary>Queues the kernels that write the batch as planes of floats.</summary>
    /// <param name="memory">Where to.</param>
    /// <param name="offset">The first plane of the first image there.</param>
    /// <param name="imageStride">From image to image.</param>
    /// <param name="planeStride">From plane to plane.</param>
    public void Launch(ArrayView<float> memory, long offset, long imageStride, long planeStride)
    {
        ArrayView<byte> brought = _brought.View;
        var recipes = brought.SubView(0, (long)_batch * Unsafe.SizeOf<DeviceRecipe>()).Cast<DeviceRecipe>();
        var perPixel = new KernelConfig(new Index3D(_groups, _batch, 1), new Index3D(GpuDevice.GroupSize, 1, 1));
        var perImage = new KernelConfig(new Index3D(1, _batch, 1), new Index3D(GpuDevice.GroupSize, 1, 1));
        _resample(Device.Stream, perPixel, recipes, brought.Cast<int>(), brought.Cast<float>(), brought, _store.Device, _pixels.View, _sums.View, _shape);
        _measure(Device.Stream, perImage, recipes, _sums.View, _groups, _contrasts.View, _shape);
        _finish(Device.Stream, perPixel, recipes, _pixels.View, _contrasts.View, memory, offset, imageStride, planeStride, _shape);
    }

    /// <summary>Frees the memory, after the work that is queued.</summary>
    public void Dispose()
    {
        Disposal.AfterWorkOf(Device.Stream);
        Disposal.Of(_stagings[0], _stagings[1], _pixels, _sums, _contrasts, _brought);
    }

    private static RenderShape ShapeOf(PixelFormat format, int imageSize)
    {
        var fill = Resampler.FillColor(format.Mean);
        return new RenderShape
        {
            Side = imageSize,
            Fill = fill[0] | ((uint)fill[1] << 8) | ((uint)fill[2] << 16),
            MeanRed = format.Mean[0],
            MeanGreen = format.Mean[1],
            MeanBlue = format.Mean[2],
            RedPlane = format.RedPlane,
        };
    }

    private DeviceRecipe StageTables(DeviceSample sample, Staging staging)
    {
        var (axes, draws) = (sample.Recipe.Axes, sample.Recipe.Photometric);
        if (axes.Columns.First.Length != _shape.Side || axes.Rows.First.Length != _shape.Side)
            throw new ArgumentException($"{sample.Name}: the sample has {axes.Columns.First.Length} x {axes.Rows.First.Length} pixels, {_shape.Side} x {_shape.Side} are expected", nameof(sample));
        return new DeviceRecipe
        {
            PictureWidth = sample.Picture.Width,
            Left = axes.Left,
            Top = axes.Top,
            Right = axes.Right,
            Bottom = axes.Bottom,
            ColumnTaps = axes.Columns.Taps,
            RowTaps = axes.Rows.Taps,
            ColumnFirst = Stage<int>(axes.Columns.First),
            RowFirst = Stage<int>(axes.Rows.First),
            ColumnWeights = Stage<float>(axes.Columns.Weights),
            RowWeights = Stage<float>(axes.Rows.Weights),
            Brightness = 1 + (draws.Brightness ?? 0),
            Contrast = 1 + (draws.Contrast ?? 0),
            Saturation = 1 + (draws.Saturation ?? 0),
            HueShift = HueShift.ShiftOf(draws.Hue ?? 0),
            ContrastFirst = draws.ContrastFirst ? 1 : 0,
        };

        // In elements: both kinds have four bytes.
        int Stage<T>(ReadOnlySpan<T> table)
            where T : unmanaged => (int)(staging.Append(table) / sizeof(float));
    }

    private void Reserve(long bytes)
    {
        if (bytes <= _brought.Length) return;
        _brought.Dispose();
        // Somewhat more, so that it does not move with every batch that has more to bring than those before.
        _brought = Device.Accelerator.Allocate1D<byte>(Staging.Align(bytes + (bytes / 2)));
        Version++;
    }
}
