using System.Runtime.InteropServices;
using Secateur.Graph;
using Secateur.Kernels.Layout;
using Secateur.Runtime;
using Secateur.Runtime.Memory;

namespace Secateur.Bench.Detection;

/// <summary>Results as a network would give them over a crowd: in random cells a face of about its anchor's size, background elsewhere.</summary>
internal sealed unsafe class CrowdedMaps : IDisposable
{
    private const float Background = -10;

    private readonly Dictionary<int, PlacedMap> _maps = [];
    private readonly float* _memory;

    /// <summary>Maps as large as the last run's.</summary>
    public CrowdedMaps(Network network, InferenceSession session, int faces)
    {
        nint floats = 0;
        foreach (var node in network.Head.Results)
        {
            var like = session.Result(node);
            var layout = new PlanarLayout(like.Height, like.Width, halo: 0);
            _maps[node] = new PlacedMap(layout, [.. Enumerable.Range(0, like.Channels).Select(c => floats + (c * (nint)layout.PlaneStride))]);
            floats += like.Channels * (nint)layout.PlaneStride;
        }

        _memory = (float*)NativeMemory.AllocZeroed((nuint)floats, sizeof(float));
        var cells = new List<(DetectionLevel Level, int Position)>();
        foreach (var level in network.Head.Levels)
        {
            var positions = _maps[level.Scores].Layout.Positions;
            new Span<float>(_memory + _maps[level.Scores].Planes[1], positions).Fill(Background);
            cells.AddRange(Enumerable.Range(0, positions).Select(p => (level, p)));
        }

        var random = new SeededRandom(1);
        for (var i = 0; i < faces; i++)
        {
            var (level, position) = cells[random.NextIndex(cells.Count)];
            _memory[_maps[level.Scores].Planes[1] + position] = 1 + (4 * random.NextSingle());
            foreach (var plane in _maps[level.Loc].Planes) _memory[plane + position] = random.NextSingle() - 0.5f;
        }
    }

    /// <summary>The map of a node.</summary>
    public ResultMap Result(int node) => new(_memory, _maps[node]);

    public void Dispose() => NativeMemory.Free(_memory);
}
