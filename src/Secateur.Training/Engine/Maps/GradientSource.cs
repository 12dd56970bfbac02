using Secateur.Kernels.Simd;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Maps;

/// <summary>The gradient by a stored map, put together from those by its views whenever somebody reads it.</summary>
internal sealed unsafe class GradientSource
{
    private readonly EngineContext _context;
    private readonly StoredMap _map;
    private readonly PlanBuffer _raw;
    private readonly Part[] _parts;

    public GradientSource(EngineContext context, StoredMap map)
    {
        (_context, _map, _raw) = (context, map, map.Raw);
        var norms = new HashSet<NormPass>();
        _parts = [.. map.Views.Where(v => v.Gradient is not null).Select(v => new Part(v, v.Gradient!, v.Norm is { } norm && norms.Add(norm)))];
        ReadsValues = _parts.Any(p => !p.View.IsIdentity);
    }

    /// <summary>Whether the values of the map are needed as well.</summary>
    public bool ReadsValues { get; }

    /// <summary>What it reads.</summary>
    public IEnumerable<PlanBuffer> Buffers =>
        [.. _parts.Select(p => p.Gradient), .. _parts.Select(p => p.View.Norm?.Numbers).OfType<PlanBuffer>(), .. ReadsValues ? [_raw] : Array.Empty<PlanBuffer>()];

    /// <summary>Computes positions [start, start + count) of a channel; whole vectors are written.</summary>
    public void Load(float* memory, int image, int channel, int start, int count, float* target) =>
        Load(memory, image, channel, start, PlaneRows.Line(count), target);

    /// <summary>Computes rows of a channel from position <paramref name="start"/> on; whole vectors are written.</summary>
    public void Load(float* memory, int image, int channel, int start, PlaneRows rows, float* target)
    {
        // What one part writes behind a row must not reach what another has left in the next.
        if (_parts.Length > 1 && rows.Rows > 1)
        {
            for (var row = 0; row < rows.Rows; row++)
                Load(memory, image, channel, start + (row * rows.SourcePitch), rows with { Rows = 1 }, target + ((nint)row * rows.TargetPitch));
            return;
        }

        var x = _map.Plane(memory, _raw, image, channel) + start;
        for (var i = 0; i < _parts.Length; i++)
        {
            var (view, gradient, whole) = _parts[i];
            var by = view.GradientCoefficients(memory, _context.Parameters.Values, channel, whole);
            Pointwise.Gradient(_context.Level, _map.Plane(memory, gradient, image, channel) + start, x, target, rows, by, accumulate: i > 0);
        }
    }

    /// <summary>Has the memory that loading these positions will read brought near.</summary>
    public void Announce(float* memory, int image, int channel, int start, int count)
    {
        foreach (var part in _parts) Prefetch.FarRange(_map.Plane(memory, part.Gradient, image, channel) + start, count);
        if (ReadsValues) Prefetch.FarRange(_map.Plane(memory, _raw, image, channel) + start, count);
    }

    /// <summary>Pieces that <see cref="Announce(ref ReadAhead, float*, int, int, int)"/> adds.</summary>
    public int Pieces => _parts.Length + (ReadsValues ? 1 : 0);

    /// <summary>Notes what will be read of a channel from a position on.</summary>
    public void Announce(ref ReadAhead ahead, float* memory, int image, int channel, int start)
    {
        foreach (var part in _parts) ahead.Add(_map.Plane(memory, part.Gradient, image, channel) + start);
        if (ReadsValues) ahead.Add(_map.Plane(memory, _raw, image, channel) + start);
    }

    private readonly record struct Part(ReadView View, PlanBuffer Gradient, bool Whole);
}
