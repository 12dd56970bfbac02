using Secateur.Gpu.Engine.Launching;
using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;

namespace Secateur.Gpu.Engine.Operations;

/// <summary>
/// The gradient by a stored map, put together from those by its views in the place of the first of them: each of the kernels that then read it reads one
/// plane, without arithmetic.
/// </summary>
internal sealed class JoinedGradient
{
    private readonly StoredMap _map;
    private readonly PlanBuffer _values;
    private readonly List<(ReadView View, PlanBuffer Gradient, bool Whole)> _parts;

    public JoinedGradient(StoredMap map)
    {
        (_map, _values) = (map, map.Raw);
        var norms = new HashSet<NormPass>();
        _parts = [.. map.Views.Where(v => v.Gradient is not null).Select(v => (v, v.Gradient!, v.Norm is { } norm && norms.Add(norm)))];
    }

    /// <summary>Where it is.</summary>
    public PlanBuffer Buffer => _parts[0].Gradient;

    /// <summary>The step that puts it together; none where it is there already.</summary>
    public IEnumerable<IPlannedStep> Steps()
    {
        if (_parts is [var only] && only.View.IsIdentity) return [];
        var buffers = _parts.Select(p => p.Gradient).Concat(_parts.Select(p => p.View.Norm?.Numbers).OfType<PlanBuffer>());
        return [new LaunchStep(_map.Name, _parts.Exists(p => !p.View.IsIdentity) ? buffers.Append(_values) : buffers, program =>
        {
            var first = program.AddGradients(_map, _values, _parts);

            // The parts, the result, and the values where activations and norms depend on them.
            var bytes = _map.Bytes() * (_parts.Count + 1 + (_parts.Exists(p => !p.View.IsIdentity) ? 1 : 0));
            var (call, grid, parts) = (program.Map(_map, Buffer), Grids.For((long)_map.Batch * _map.Positions, _map.Channels), _parts.Count);
            program.Add(
                new LaunchCost(nameof(KernelSet.JoinGradients), bytes),
                () => program.Kernels.JoinGradients(program.Stream, grid, program.Memory, program.GradientReads, call, first, parts));
        })];
    }
}
