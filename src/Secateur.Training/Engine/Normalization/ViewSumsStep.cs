using Secateur.Training.Engine.Maps;
using Secateur.Training.Engine.Steps;
using Secateur.Training.Kernels;

namespace Secateur.Training.Engine.Normalization;

/// <summary>Sums over a view's gradient that batch norm and PReLU need.</summary>
internal sealed unsafe class ViewSumsStep(EngineContext context, MapView view) : TrainingStep(view.Map.Name, context)
{
    private readonly PlanBuffer _raw = view.Map.Raw;
    private readonly StoredMap _map = view.Map;

    public MapView View { get; } = view;

    /// <summary>Of each chunk and channel.</summary>
    public PlanBuffer Sums { get; } = new((long)Chunks * view.Map.Channels * (sizeof(GradientSums) / sizeof(float)));

    public override IEnumerable<PlanBuffer> Buffers =>
        View.Norm is null ? [_raw, View.Gradient!, Sums] : [_raw, View.Gradient!, Sums, View.Norm.Numbers];

    protected override int Tasks => _map.Batch * _map.Channels;

    /// <summary>The sums of a channel, over the chunks in order.</summary>
    public GradientSums Total(float* memory, int channel)
    {
        var total = default(GradientSums);
        for (var c = 0; c < Chunks; c++) total.Add(SumsOf(memory, c)[channel]);
        return total;
    }

    protected override void StartChunk(float* memory, int chunk) => new Span<GradientSums>(SumsOf(memory, chunk), _map.Channels).Clear();

    /// <summary>One channel of an image.</summary>
    protected override void RunTask(float* memory, float* scratch, int chunk, int task)
    {
        var (image, channel) = (task / _map.Channels, task % _map.Channels);
        var gradient = _map.Plane(memory, View.Gradient!, image, channel);
        var values = _map.Plane(memory, _raw, image, channel);
        var coefficients = View.Coefficients(memory, Context.Parameters.Values, channel);
        SumsOf(memory, chunk)[channel].Add(Reductions.GradientSums(Context.Level, gradient, values, _map.Positions, coefficients));
    }

    private GradientSums* SumsOf(float* memory, int chunk) => (GradientSums*)(memory + Sums.Offset) + ((nint)chunk * _map.Channels);
}
