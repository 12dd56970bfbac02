using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Maps;

/// <summary>Values of a view, where they lay when the step was planned.</summary>
internal readonly unsafe struct ViewSource(ChannelRef channel)
{
    private readonly PlanBuffer _raw = channel.View.Map.Raw;

    public ReadView View { get; } = channel.View;

    public int Channel { get; } = channel.Channel;

    public IEnumerable<PlanBuffer> Buffers => View.Norm is null ? [_raw] : [_raw, View.Norm.Numbers];

    public float* Plane(float* memory, int image) => View.Map.Plane(memory, _raw, image, Channel);
}
