using System.Collections.Immutable;
using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Training;
using Secateur.Training.Loss;

namespace Secateur.Gpu.Loss;

/// <summary>
/// <see cref="MultiBoxLoss"/> on a device: the same anchors learn the same faces, and the same negatives enter. Each step uploads its faces,
/// launches and reads the sums. Launches are the same from step to step, so that they may be recorded. The same bits in every run.
/// </summary>
internal sealed class DeviceLoss : IDisposable
{
    // Of an image, on average; what most batches have room in.
    private const int StartingFaces = 16;

    private readonly GpuDevice _device;
    private readonly Collective _ranks;
    private readonly int _anchorGroups;
    private readonly List<MemoryBuffer> _buffers = [];
    private readonly int[] _starts;
    private readonly double[] _sums;
    private readonly Action<AcceleratorStream, KernelConfig, LossViews> _findBest;
    private readonly Action<AcceleratorStream, KernelConfig, LossViews> _match;
    private readonly Action<AcceleratorStream, KernelConfig, LossViews> _compensate;
    private readonly Action<AcceleratorStream, KernelConfig, LossViews, ArrayView<float>, long> _orderNegatives;
    private readonly Action<AcceleratorStream, KernelConfig, LossViews> _mine;
    private readonly Action<AcceleratorStream, KernelConfig, LossViews, ArrayView<float>, long, long, long, long> _gradients;
    private readonly Action<AcceleratorStream, KernelConfig, LossViews> _sum;
    private LossViews _views;
    private MemoryBuffer1D<BoxEdges, Stride1D.Dense> _faces;
    private MemoryBuffer1D<FaceMatch, Stride1D.Dense> _found;
    private BoxEdges[] _staged;
    private int _images;

    /// <summary>Prepares for the anchors of a network and an input size.</summary>
    /// <param name="device">The device; stays the caller's.</param>
    /// <param name="anchors">The anchors.</param>
    /// <param name="batch">The images of a step in this process, at most.</param>
    /// <param name="ranks">The processes that share each batch, all of which launch and read its loss at the same time, each of its images; null for one.</param>
    public DeviceLoss(GpuDevice device, AnchorGrid anchors, int batch, Collective? ranks = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        (_device, _ranks) = (device, ranks ?? Collective.Alone);
        _anchorGroups = (anchors.Count + GpuDevice.GroupSize - 1) / GpuDevice.GroupSize;
        _starts = new int[batch + 2];
        _sums = new double[LossViews.SumsOfImage * batch];
        _staged = new BoxEdges[checked(StartingFaces * batch)];
        _faces = device.Accelerator.Allocate1D<BoxEdges>(_staged.Length);
        _found = device.Accelerator.Allocate1D<FaceMatch>(_staged.Length);
        var total = (long)batch * anchors.Count;
        _views = new LossViews
        {
            AnchorCount = anchors.Count,
            Batch = batch,
            Variances = anchors.Variances,
            Edges = Upload(EdgesOf(anchors)),
            Anchors = Upload([.. Enumerable.Range(0, anchors.Count).Select(a => anchors[a])]),
            Faces = _faces.View,
            Found = _found.View,
            Starts = Upload(_starts),
            Keys = Allocate<uint>(total),
            Matches = Allocate<int>(total),
            Roles = Allocate<byte>(total),
            Positives = Allocate<int>(batch),
            Divisor = Allocate<int>(1),
            LocationParts = Allocate<double>((long)batch * _anchorGroups),
            ConfidenceParts = Allocate<double>((long)batch * _anchorGroups),
            Sums = Allocate<double>((long)LossViews.SumsOfImage * batch),
        };
        var accelerator = device.Accelerator;
        _findBest = accelerator.LoadKernel<LossViews>(MatchingKernels.FindBest);
        _match = accelerator.LoadKernel<LossViews>(MatchingKernels.Match);
        _compensate = accelerator.LoadKernel<LossViews>(MiningKernels.Compensate);
        _orderNegatives = accelerator.LoadKernel<LossViews, ArrayView<float>, long>(MiningKernels.OrderNegatives);
        _mine = accelerator.LoadKernel<LossViews>(MiningKernels.Mine);
        _gradients = accelerator.LoadKernel<LossViews, ArrayView<float>, long, long, long, long>(LossKernels.Gradients);
        _sum = accelerator.LoadKernel<LossViews>(LossKernels.Sum);
    }

    /// <summary>Changes when recorded launches are no longer valid, because <see cref="Upload"/> needed a larger buffer.</summary>
    public int Version { get; private set; }

    /// <summary>Copies the faces of a step to the device.</summary>
    /// <param name="faces">The faces of each image; images of the batch that it does not name are absent.</param>
    /// <exception cref="ArgumentException">There is no image or there are more than the batch has, or a face has no area or is not finite.</exception>
    public void Upload(IReadOnlyList<ImmutableArray<FaceBox>> faces)
    {
        if (faces.Count == 0) throw new ArgumentException("a batch needs an image", nameof(faces));
        if (faces.Count > _views.Batch) throw new ArgumentException($"the batch has {_views.Batch} images, got {faces.Count}", nameof(faces));
        MultiBoxLoss.CheckFaces(faces);
        _images = faces.Count;
        var count = 0;
        for (var n = 0; n < _views.Batch; n++)
        {
            _starts[n] = count;
            if (n < _images) count += faces[n].Length;
        }

        (_starts[^2], _starts[^1]) = (count, _images);
        Reserve(count);
        var at = 0;
        foreach (var face in faces.SelectMany(f => f)) _staged[at++] = BoxEdges.Of(face.X1, face.Y1, face.X2, face.Y2);
        _views.Starts.CopyFromCPU(_device.Stream, _starts);
        if (count > 0) _views.Faces.SubView(0, count).CopyFromCPU(_device.Stream, ref _staged[0], count);
    }

    /// <summary>Queues the loss of the uploaded faces and its gradients.</summary>
    /// <param name="memory">Where values and gradients lie.</param>
    /// <param name="locations">From where on encoded boxes lie, [N, A, 4].</param>
    /// <param name="scores">From where on background and face logits lie, [N, A, 2].</param>
    /// <param name="locationGradients">Where those of <paramref name="locations"/> go; zeros for absent images.</param>
    /// <param name="scoreGradients">Where those of <paramref name="scores"/> go; zeros for absent images.</param>
    public void Launch(ArrayView<float> memory, long locations, long scores, long locationGradients, long scoreGradients)
    {
        var stream = _device.Stream;
        var anchors = new KernelConfig(new Index2D(_anchorGroups, _views.Batch), new Index2D(GpuDevice.GroupSize, 1));
        var faces = new KernelConfig(_staged.Length, GpuDevice.GroupSize);
        var images = new KernelConfig(_views.Batch, GpuDevice.GroupSize);
        _findBest(stream, faces, _views);
        _match(stream, anchors, _views);
        _compensate(stream, images, _views);
        _orderNegatives(stream, anchors, _views, memory, scores);
        _mine(stream, images, _views);
        if (_ranks.Size > 1) ShareDivisor();
        _gradients(stream, anchors, _views, memory, locations, scores, locationGradients, scoreGradients);
        _sum(stream, images, _views);
    }

    /// <summary>Waits for the launched loss and reads it, that of all processes' images.</summary>
    public MultiBoxResult Read()
    {
        _views.Sums.CopyToCPU(_device.Stream, _sums);
        return MultiBoxLoss.Sum(_ranks.Join<ImageSums>([.. _sums.Chunk(LossViews.SumsOfImage).Take(_images).Select(s => new ImageSums(s[0], s[1], (int)s[2]))]));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Disposal.Of(_faces, _found);
        foreach (var buffer in _buffers) Disposal.Of(buffer);
    }

    private static BoxEdges[] EdgesOf(AnchorGrid anchors)
    {
        var edges = new BoxEdges[anchors.Count];
        foreach (var plane in anchors.Planes)
        {
            var (columns, rows) = (plane.Columns, plane.Rows);
            for (var y = 0; y < rows.Cells; y++)
            {
                for (var x = 0; x < columns.Cells; x++) edges[plane.IndexOf(y, x)] = BoxEdges.Of(columns.Low[x], rows.Low[y], columns.High[x], rows.High[y]);
            }
        }

        return edges;
    }

    /// <summary>That of the whole batch, so that all its images must be matched, in place of the one of this process's images.</summary>
    private void ShareDivisor()
    {
        var own = new int[_views.Batch];
        _views.Positives.CopyToCPU(_device.Stream, own);
        _device.Stream.Synchronize();
        var images = _ranks.Join<int>(own.AsSpan(0, _images));
        var positives = images.Sum();
        _views.Divisor.CopyFromCPU(_device.Stream, [positives > 0 ? positives : images.Length]);
        _device.Stream.Synchronize();
    }

    private void Reserve(int faces)
    {
        if (faces <= _staged.Length) return;
        _staged = new BoxEdges[Math.Max(faces, 2 * _staged.Length)];
        _device.Stream.Synchronize();
        _faces.Dispose();
        _faces = _device.Accelerator.Allocate1D<BoxEdges>(_staged.Length);
        _found.Dispose();
        _found = _device.Accelerator.Allocate1D<FaceMatch>(_staged.Length);
        (_views.Faces, _views.Found) = (_faces.View, _found.View);
        Version++;
    }

    private ArrayView<T> Allocate<T>(long length)
        where T : unmanaged
    {
        var buffer = _device.Accelerator.Allocate1D<T>(length);
        _buffers.Add(buffer);
        return buffer.View;
    }

    private ArrayView<T> Upload<T>(T[] values)
        where T : unmanaged
    {
        var view = Allocate<T>(values.Length);
        view.CopyFromCPU(_device.Stream, values);
        return view;
    }
}
