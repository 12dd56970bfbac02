using Secateur.Training.Engine.Maps;

namespace Secateur.Gpu.Engine.Operations;

/// <summary>How the channels of a backward step may be shared out.</summary>
internal static class TargetChannels
{
    /// <summary>1 where every channel's gradient has a place of its own; else all, which one thread then handles in order.</summary>
    public static int ChannelsOfThread(this IReadOnlyCollection<GradientTarget?> targets)
    {
        var present = targets.OfType<GradientTarget>().ToList();
        return present.Select(t => (t.Buffer, t.Channel)).Distinct().Count() == present.Count ? 1 : targets.Count;
    }
}
