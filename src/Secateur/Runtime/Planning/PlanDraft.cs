using System.Collections.Immutable;
using Secateur.Execution;
using Secateur.Graph;
using Secateur.Kernels;
using Secateur.Kernels.Layout;
using Secateur.Runtime.Memory;

namespace Secateur.Runtime.Planning;

/// <summary>Buffers and steps of a plan whose addresses are not known yet.</summary>
/// <param name="height">Rows of the image.</param>
/// <param name="width">Its columns.</param>
/// <param name="halo">Of every map.</param>
internal sealed class PlanDraft(int height, int width, int halo)
{
    // Kernels may read, but not use, this many floats past the last plane.
    private const int Overrun = 1024;

    private readonly List<long> _bufferFloats = [];
    private readonly List<Draft> _preparation = [];
    private readonly List<Draft> _steps = [];

    /// <summary>The halo of every map.</summary>
    public int Halo => halo;

    /// <summary>How a map of a size lies in memory.</summary>
    public PlanarLayout Layout(int rows, int columns)
    {
        CheckAddressable((rows + (2L * halo) + 1) * (columns + (2L * halo) + 1));
        return new PlanarLayout(rows, columns, halo);
    }

    /// <summary>A new buffer.</summary>
    public MapView NewBuffer(int channels, PlanarLayout layout)
    {
        CheckAddressable((long)channels * layout.PlaneStride);
        _bufferFloats.Add((long)channels * layout.PlaneStride);
        return new MapView(_bufferFloats.Count - 1, 0, channels, layout);
    }

    /// <summary>Checks that distances within so many floats are 32-bit.</summary>
    /// <exception cref="NetworkException">They are not.</exception>
    public void CheckAddressable(long floats)
    {
        if (floats > int.MaxValue) throw new NetworkException($"an input of {height} x {width} pixels is too large: a feature map would have {floats} values");
    }

    /// <summary>Adds a step that runs once, before the first image, and writes a view.</summary>
    public void AddPreparation(MapView written, Func<MemoryMap, PlanStep> create) => _preparation.Add(new Draft([written.Buffer], written.Floats, create));

    /// <summary>Adds a step that reads or writes some views: all of them, unless <paramref name="floats"/> says how much.</summary>
    public void Add(IEnumerable<MapView> touched, Func<MemoryMap, PlanStep> create, long? floats = null)
    {
        MapView[] views = [.. touched.Distinct()];
        _steps.Add(new Draft(Arrays.Of(views.Length, i => views[i].Buffer), floats ?? views.Sum(v => v.Floats), create));
    }

    /// <summary>Places the buffers and makes the steps.</summary>
    /// <param name="shapes">Of the network's nodes.</param>
    /// <param name="image">The input's shape.</param>
    /// <param name="results">By node, where the results are: they outlive the last step.</param>
    public InferencePlan Finish(ImmutableArray<MapShape> shapes, MapShape image, IReadOnlyDictionary<int, MapView> results)
    {
        var lives = Arrays.Of(_bufferFloats.Count, i => new BufferLife(_bufferFloats[i], int.MaxValue, -1));
        for (var step = 0; step < _steps.Count; step++)
        {
            foreach (var buffer in _steps[step].Touched)
                lives[buffer] = lives[buffer] with { First = Math.Min(lives[buffer].First, step), Last = Math.Max(lives[buffer].Last, step) };
        }

        // What is prepared once must outlive every image.
        foreach (var draft in _preparation) lives[draft.Touched[0]] = lives[draft.Touched[0]] with { First = 0, Last = _steps.Count };
        foreach (var view in results.Values) lives[view.Buffer].Last = _steps.Count;
        var (offsets, size) = MemoryPlanner.Place(lives);

        // Behind all that kernels may read past the last plane, on a cache line.
        var behind = (nint)((size + Overrun + CacheLines.Floats - 1) / CacheLines.Floats * CacheLines.Floats);
        var memory = new MemoryMap(offsets, new ImagePlace(behind, image), behind + ImagePlace.Floats);
        return new InferencePlan(
            [.. _preparation.Select(d => d.Create(memory))],
            [.. _steps.Select(d => d.Create(memory))],
            [.. _steps.Select(d => d.Floats)],
            shapes,
            memory.Image,
            results.ToDictionary(result => result.Key, result => new PlacedMap(result.Value.Layout, memory.Planes(result.Value))),
            memory.Scratch);
    }

    /// <summary>A step, the buffers that it touches, and how many floats of them.</summary>
    private sealed record Draft(int[] Touched, long Floats, Func<MemoryMap, PlanStep> Create);
}
