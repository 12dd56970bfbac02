using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Normalization;

/// <summary>
/// The sums over a view's gradient that batch norm and PReLU need. Whoever writes the gradient takes them, while it and the values are near; where
/// several write it, a step of its own does.
/// </summary>
internal sealed unsafe class ViewSums(EngineContext context, ReadView view)
{
    private readonly PlanBuffer _raw = view.Map.Raw;
    private readonly StoredMap _map = view.Map;
    private readonly PlanBuffer _sums = new((long)context.Chunks * view.Map.Channels * GradientSums.Floats);

    public ReadView View { get; } = view;

    /// <summary>The sums, of each chunk and channel.</summary>
    public PlanBuffer Buffer => _sums;

    /// <summary>What adding reads and writes.</summary>
    public IEnumerable<PlanBuffer> Buffers => View.Norm is null ? [_raw, View.Gradient!, _sums] : [_raw, View.Gradient!, _sums, View.Norm.Numbers];

    /// <summary>Starts a chunk.</summary>
    public void Clear(float* memory, int chunk) => new Span<GradientSums>(Of(memory, chunk), _map.Channels).Clear();

    /// <summary>Adds positions [start, start + count) of a channel to a chunk's sums.</summary>
    public void Add(float* memory, int chunk, int image, int channel, int start, int count) =>
        Add(memory, chunk, image, channel, start, count, _map.Plane(memory, View.Gradient!, image, channel) + start);

    /// <summary>The same where the gradient is still elsewhere.</summary>
    public void Add(float* memory, int chunk, int image, int channel, int start, int count, float* gradient)
    {
        var values = _map.Plane(memory, _raw, image, channel) + start;
        var coefficients = View.Coefficients(memory, context.Parameters.Values, channel);
        Of(memory, chunk)[channel].Add(Reductions.GradientSums(context.Level, gradient, values, count, coefficients));
    }

    /// <summary>The sums of a channel, over the chunks in order.</summary>
    public GradientSums Total(float* memory, int channel)
    {
        var total = default(GradientSums);
        for (var c = 0; c < context.Chunks; c++) total.Add(Of(memory, c)[channel]);
        return total;
    }

    private GradientSums* Of(float* memory, int chunk) => (GradientSums*)(memory + _sums.Offset) + ((nint)chunk * _map.Channels);
}
