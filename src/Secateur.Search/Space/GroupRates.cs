using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Training.Runs;

namespace Secateur.Search.Space;

/// <summary>Rates of layer groups as a pruning schedule has them.</summary>
public static class GroupRates
{
    /// <summary>The schedule with a rate for each group; layers in no group stay whole, and the schedule's own rates for single layers hold over those of groups.</summary>
    public static PruningSchedule Apply(PruningSchedule schedule, ImmutableArray<LayerGroup> groups, ImmutableArray<double> rates) => schedule with
    {
        Rate = 0,
        LayerRates = [.. groups.Zip(rates).SelectMany(pair => pair.First.Patterns.Select(pattern => new LayerRate(pattern, pair.Second))), .. schedule.LayerRates],
    };
}
