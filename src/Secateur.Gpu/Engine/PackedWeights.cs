using Secateur.Gpu.Kernels;
using Secateur.Graph;
using Secateur.Training;

namespace Secateur.Gpu.Engine;

/// <summary>A convolution's weights as kernels read them.</summary>
/// <param name="Start">Where they are among those of all layers, in quads.</param>
/// <param name="Tiles">Tiles of a group's channels.</param>
/// <param name="Width">Channels of a tile.</param>
internal readonly record struct PackedTiles(long Start, int Tiles, int Width);

/// <summary>
/// The weights of all convolutions in the orders in which kernels read them: tile by tile, for each channel that is read and each place of the kernel
/// those of the tile's channels, in quads. Renewed before each forward pass, in one launch.
/// </summary>
internal sealed class PackedWeights(ParameterVector parameters, MemoryLayout layout)
{
    private const int Quad = 4;

    private readonly Dictionary<string, (PackedTiles Forward, PackedTiles Backward)> _layers = [];
    private readonly List<int> _places = [];
    private long _start;

    /// <summary>Where the parameters lie.</summary>
    public ParameterVector Parameters => parameters;

    /// <summary>Those of a layer: for the forward pass, and for the gradient by its input.</summary>
    public (PackedTiles Forward, PackedTiles Backward) Of(Network network, Conv2dNode node)
    {
        var key = $"{node.Weight} {node.Groups}";
        if (_layers.TryGetValue(key, out var packed)) return packed;
        var shape = network.Parameter(node.Weight).Shape;
        var (start, outputs, inputs, kernel) = (parameters.RangeOf(node.Weight).Start.Value, shape[0] / node.Groups, shape[1], shape[2] * shape[3]);
        int Weight(int group, int output, int input, int place) => start + (((((group * outputs) + output) * inputs) + input) * kernel) + place;
        packed = (Add(node.Groups, outputs, inputs, kernel, Weight), Add(node.Groups, inputs, outputs, kernel, (g, i, o, place) => Weight(g, o, i, place)));
        _layers.Add(key, packed);
        return packed;
    }

    /// <summary>Takes their room, once all layers are known.</summary>
    public void Place() => _start = layout.Allocate(_places.Count);

    /// <summary>Where a layer's weights are, in quads; once they have their room.</summary>
    public long StartOf(PackedTiles tiles) => (_start / Quad) + tiles.Start;

    /// <summary>Adds the launch that renews them.</summary>
    public void Bind(GpuProgram program)
    {
        if (_places.Count == 0) return;
        var (first, grid) = (program.AddTable(_places), Grids.For(_places.Count));
        program.Add(
            new LaunchCost(nameof(KernelSet.Pack), (sizeof(int) + sizeof(float) + sizeof(float)) * (long)_places.Count),
            () => program.Kernels.Pack(program.Stream, grid, program.Memory, program.Tables, first, _places.Count, layout.Parameters, _start));
    }

    private PackedTiles Add(int groups, int written, int read, int kernel, Func<int, int, int, int, int> weight)
    {
        var tiles = (written + TileSums.MostChannels - 1) / TileSums.MostChannels;
        var width = (written + tiles - 1) / tiles;
        var padded = (width + Quad - 1) / Quad * Quad;
        var start = _places.Count / Quad;
        for (var tile = 0; tile < groups * tiles; tile++)
        {
            var (group, first) = (tile / tiles, tile % tiles * width);
            for (var r = 0; r < read; r++)
            {
                for (var place = 0; place < kernel; place++)
                {
                    for (var k = 0; k < padded; k++) _places.Add(k < width && first + k < written ? weight(group, first + k, r, place) : -1);
                }
            }
        }

        return new PackedTiles(start, tiles, width);
    }
}
