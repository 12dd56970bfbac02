using ILGPU;
using ILGPU.Runtime;
using Secateur.Gpu.Devices;
using Secateur.Gpu.Engine;
using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Kernels;
using Secateur.Graph;
using Secateur.Kernels.Layout;
using Secateur.Runtime.Memory;
using Secateur.Weights;

namespace Secateur.Gpu.Inference;

/// <summary>A network on a device for one size of image.</summary>
internal sealed class SizedNetwork : IDisposable
{
    private readonly GpuDevice _device;
    private readonly KernelSet _kernels;
    private readonly PixelFormat _format;
    private readonly GpuExecutor _executor;
    private readonly MemoryBuffer1D<byte, Stride1D.Dense> _pixels;
    private readonly Dictionary<int, PlacedMap> _maps = [];
    private readonly LaunchGraph _graph;
    private long _firstResult;
    private int _resultFloats;

    public SizedNetwork(GpuDevice device, KernelSet kernels, Model model, int height, int width)
    {
        (_device, _kernels, _format, Height, Width) = (device, kernels, model.Network.Head.Pixels, height, width);
        var shapes = NetworkShapes.Infer(model.Network, height, width);
        _executor = new GpuExecutor(device, kernels, model, (1, height, width), layout => Place(layout, model.Network, shapes), trains: false);
        _graph = new LaunchGraph(device, Launch);
        try
        {
            _pixels = device.Accelerator.Allocate1D<byte>((long)height * width * 3);
        }
        catch
        {
            _executor.Dispose();
            throw;
        }
    }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Runs an image, and waits.</summary>
    public void Run(byte[] rgb, HostResults results)
    {
        _pixels.View.CopyFromCPU(_device.Stream, rgb);
        _graph.Run(0);
        _executor.Read(_firstResult, results.Reserve(_resultFloats, _maps));
    }

    public void Dispose() => Disposal.Of(_graph, _pixels, _executor);

    private void Launch()
    {
        var (start, imageStride, planeStride) = _executor.Input;
        var positions = Height * Width;
        var map = new MapCall { Batch = 1, Channels = 3, Positions = positions, Plane = start, ImageStride = imageStride, PlaneStride = planeStride };
        var mean = _format.Mean;
        _kernels.SplitPixels(_device.Stream, Grids.For(positions), _pixels.View.BaseView, _executor.Memory, map, mean[0], mean[1], mean[2], _format.RedPlane);
        _executor.Forward();
    }

    private List<ResultPlace> Place(MemoryLayout layout, Network network, IReadOnlyList<MapShape> shapes)
    {
        // In one piece, so that one copy brings all of them back.
        var nodes = network.Results.Distinct().ToArray();
        _resultFloats = checked((int)nodes.Sum(n => shapes[n].Channels * shapes[n].Area));
        var at = _firstResult = layout.Allocate(_resultFloats);
        var places = new List<ResultPlace>();
        foreach (var node in nodes)
        {
            var (shape, area) = (shapes[node], (int)shapes[node].Area);
            var first = at - _firstResult;
            _maps[node] = new PlacedMap(new PlanarLayout(shape.Height, shape.Width, halo: 0), [.. Enumerable.Range(0, shape.Channels).Select(c => (nint)(first + ((long)c * area)))]);
            places.Add(new ResultPlace(node, at, at, shape.Channels * area, area, 1));
            at += shape.Channels * area;
        }

        return places;
    }
}
