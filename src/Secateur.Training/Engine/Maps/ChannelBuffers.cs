using Secateur.Training.Engine.Steps;

namespace Secateur.Training.Engine.Maps;

/// <summary>The buffers that several channels read or write, each once; absent channels have none.</summary>
internal static class ChannelBuffers
{
    public static IEnumerable<PlanBuffer> Buffers(this IEnumerable<ViewSource> sources) => sources.SelectMany(s => s.Buffers).Distinct();

    public static IEnumerable<PlanBuffer> Buffers(this IEnumerable<ViewSource?> sources) => sources.OfType<ViewSource>().Buffers();

    public static IEnumerable<PlanBuffer> Buffers(this IEnumerable<GradientTarget?> targets) => targets.OfType<GradientTarget>().Select(t => t.Buffer).Distinct();
}
