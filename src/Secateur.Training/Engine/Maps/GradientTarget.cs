using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Maps;

/// <summary>Where a step leaves the gradient of a channel that it reads.</summary>
internal readonly unsafe struct GradientTarget(ChannelRef channel)
{
    private readonly ReadView _view = channel.View;
    private readonly int _channel = channel.Channel;

    /// <summary>Whether it adds to what others have left.</summary>
    public bool Accumulates { get; } = channel.View.ClaimGradient(channel.Channel);

    /// <summary>That of a channel; null where nobody needs its gradient.</summary>
    public static GradientTarget? For(ChannelRef channel) => channel.View.NeedsGradient ? new GradientTarget(channel) : null;

    public ReadView View => _view;

    public int Channel => _channel;

    public PlanBuffer Buffer => _view.Gradient!;

    /// <summary>Floats from this channel to the next.</summary>
    public int PlaneStride => _view.Map.PlaneStride;

    public float* Plane(float* memory, int image) => _view.Map.Plane(memory, _view.Gradient!, image, _channel);

    /// <summary>Whether it is the channel <paramref name="distance"/> behind another one of the same view.</summary>
    public bool Follows(GradientTarget other, int distance) => _view == other._view && _channel == other._channel + distance;
}
