using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Maps;

/// <summary>Values of a view, where they lay when the step was planned.</summary>
internal readonly unsafe struct ViewSource(ChannelRef channel)
{
    /// <summary>Where the map's values lay.</summary>
    public PlanBuffer Raw { get; } = channel.View.Map.Raw;

    public ReadView View { get; } = channel.View;

    public int Channel { get; } = channel.Channel;

    public IEnumerable<PlanBuffer> Buffers => View.Norm is null ? [Raw] : [Raw, View.Norm.Numbers];

    public float* Plane(float* memory, int image) => View.Map.Plane(memory, Raw, image, Channel);
}
