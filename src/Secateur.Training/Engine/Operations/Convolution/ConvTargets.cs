using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Normalization;
using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Operations.Convolution;

/// <summary>Where a convolution leaves the gradients by the channels that it reads, and the sums over them that it takes on the way.</summary>
internal sealed unsafe class ConvTargets(GradientTarget?[] targets)
{
    private readonly List<ViewSums> _sums = [];
    private readonly ViewSums?[] _sumsOf = new ViewSums?[targets.Length];

    public IEnumerable<PlanBuffer> Buffers => [.. targets.Buffers(), .. _sums.SelectMany(s => s.Buffers)];

    /// <summary>That of a channel; null where nobody needs its gradient.</summary>
    public GradientTarget? this[int channel] => targets[channel];

    /// <summary>The sums to take over a channel's gradient, if any.</summary>
    public ViewSums? SumsOf(int channel) => _sumsOf[channel];

    /// <summary>Whether all of a view's gradient comes from here.</summary>
    public bool Complete(ReadView view) => !view.HasSeveralWriters && targets.Count(t => t?.View == view) == view.Map.Channels;

    /// <summary>Adds sums to take.</summary>
    public void Take(ViewSums sums)
    {
        _sums.Add(sums);
        for (var i = 0; i < _sumsOf.Length; i++)
        {
            if (targets[i]?.View == sums.View) _sumsOf[i] = sums;
        }
    }

    /// <summary>Starts a chunk's sums.</summary>
    public void Clear(float* memory, int chunk)
    {
        foreach (var sums in _sums) sums.Clear(memory, chunk);
    }
}
