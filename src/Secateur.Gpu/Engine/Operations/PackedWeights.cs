using Secateur.Gpu.Engine.Launching;
using Secateur.Gpu.Kernels;
using Secateur.Graph;
using Secateur.Training;

namespace Secateur.Gpu.Engine.Operations;

/// <summary>
/// The weights of all convolutions in the orders in which kernels read them: tile by tile, for each channel that is read and each place of the kernel
/// those of the tile's channels, in quads; for tensor cores, a lane's fragment after another. Renewed before each forward pass, in one launch.
/// </summary>
internal sealed class PackedWeights(ParameterVector parameters, MemoryLayout layout)
{
    private const int Quad = 4;

    private readonly Dictionary<(string Weight, int Groups, bool IsMma), (PackedTiles Forward, PackedTiles Backward)> _layers = [];
    private readonly List<int> _places = [];
    private long _start;

    /// <summary>Where the parameters lie.</summary>
    public ParameterVector Parameters => parameters;

    /// <summary>Those of a layer: for the forward pass, and for the gradient by its input.</summary>
    public (PackedTiles Forward, PackedTiles Backward) Of(Network network, Conv2dNode node, bool isMma)
    {
        if (_layers.TryGetValue((node.Weight, node.Groups, isMma), out var packed)) return packed;
        var shape = network.Parameter(node.Weight).Shape;
        var (start, outputs, inputs, places) = (parameters.RangeOf(node.Weight).Start.Value, shape[0] / node.Groups, shape[1], shape[2] * shape[3]);
        int Weight(int group, int output, int input, int place) => start + (((((group * outputs) + output) * inputs) + input) * places) + place;
        int Transposed(int group, int input, int output, int place) => Weight(group, output, input, place);
        packed = isMma
            ? (AddFragments(outputs, inputs, places, Weight), AddFragments(inputs, outputs, places, Transposed))
            : (Add(node.Groups, outputs, inputs, places, Weight), Add(node.Groups, inputs, outputs, places, Transposed));
        _layers.Add((node.Weight, node.Groups, isMma), packed);
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

    private PackedTiles AddFragments(int written, int read, int kernel, Func<int, int, int, int, int> weight)
    {
        var all = (written + Mma.Rows - 1) / Mma.Rows;
        var groups = (all + MmaSums.MostTiles - 1) / MmaSums.MostTiles;
        var tiles = (all + groups - 1) / groups;
        var start = _places.Count / Quad;
        for (var tile = 0; tile < groups * tiles; tile++)
        {
            for (var first = 0; first < read; first += Mma.Side)
            {
                for (var place = 0; place < kernel; place++)
                {
                    for (var lane = 0; lane < Mma.Warp; lane++)
                    {
                        var (row, column) = ((tile * Mma.Rows) + (lane / Quad), first + (lane % Quad));
                        _places.AddRange([At(row, column, place), At(row + 8, column, place), At(row, column + 4, place), At(row + 8, column + 4, place)]);
                    }
                }
            }
        }

        return new PackedTiles(start, groups, tiles);

        int At(int row, int column, int place) => row < written && column < read ? weight(0, row, column, place) : -1;
    }
}
