using System.Collections.Immutable;
using Secateur.Graph;
using Secateur.Lowering;
using Secateur.Models;
using Secateur.Pruning;
using Secateur.Pruning.Compaction;
using Secateur.Pruning.Criteria;
using Secateur.TestSupport;
using Secateur.Weights;
using Xunit;

namespace Secateur.Tests.Pruning.Compaction;

/// <summary>Compaction of the real architectures.</summary>
public class CompactedDetectorTests
{
    public static TheoryData<string, double, string> Cases
    {
        get
        {
            var data = new TheoryData<string, double, string>();
            foreach (var architecture in Architectures.Names)
            {
                foreach (var rate in new[] { 0.1, 0.2, 0.3, 0.4, 0.5 })
                {
                    data.Add(architecture, rate, "fpgm");
                    data.Add(architecture, rate, "l1");
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_pruned_detector_computes_the_same_and_is_really_smaller(string architecture, double rate, string criterion)
    {
        var model = RandomWeights.Fill(Architectures.Create(architecture), 11);
        var masked = new PruningPlan(rate).Select(model, criterion == "l1" ? new L1Norm() : new GeometricMedian()).Apply(model);
        var compacted = Compactor.Compact(masked);
        Equality.AssertSame(masked, compacted, Equality.Image(3, 9, 13, 1), "9 x 13");
        if (rate == 0.5) Equality.AssertSame(masked, compacted, Equality.Image(3, 33, 19, 2), "33 x 19");

        var report = CompactionReport.Of(FoldBatchNorm.Run(masked), compacted, 480, 640);
        // At half the filters of each side, a layer's quarter is left; streams that several layers feed keep more.
        Assert.True(report.After.Macs < report.Before.Macs * (1 - (0.6 * rate)), $"{report}");
        Assert.True(report.After.StoredValues < report.Before.StoredValues * (1 - (0.3 * rate)), $"{report}");
        if (rate >= 0.3) Assert.True(report.After.StoredValues < report.Before.NonZeroParameters, $"{report}");
        if (architecture != "eresfd") AssertStoredOnce(masked, compacted);
    }

    [SharedDataFact]
    public void The_published_EResFD_has_dead_filters_that_compaction_removes()
    {
        var model = ModelFile.Read(SharedData.PathOf("checkpoints", "paper", "ERES.pth"));
        var statistics = PruningStatistics.Of(model);
        Assert.Equal((0, 104), (statistics.ZeroFilters, statistics.DeadFilters));
        var compacted = Compactor.Compact(model);
        Assert.True(CompactionCheck.MaxRelativeDifference(model, compacted) < 5e-6);
        Assert.InRange(NetworkCosts.CountParameters(compacted.Network), 1, 75_000);
    }

    [Theory]
    [InlineData("eresfd")]
    [InlineData("extd64")]
    public void An_unpruned_detector_only_loses_its_batch_norms(string architecture)
    {
        var model = RandomWeights.Fill(Architectures.Create(architecture), 11);
        var (folded, compacted) = (FoldBatchNorm.Run(model), Compactor.Compact(model));
        Assert.Equal(folded.Network.Nodes.Select(n => n.Name), compacted.Network.Nodes.Select(n => n.Name));
        Assert.All(folded.Weights, w => Assert.Equal(w.Value.Data, compacted.Weights[w.Key].Data));
    }

    [Fact]
    public void A_stage_that_is_pruned_away_leaves_a_working_detector()
    {
        var model = RandomWeights.Fill(EResFd.Create(), 4);
        string[] dead = ["base.m0.fpn.laterals.4.conv.0", "base.m0.fpn.itm.3.conv.0", "base.m0.b2_3.0.res_layer.3", "base.m0.FEM_1.res_branch2.0"];
        var mask = new FilterMask(dead.Select(l =>
            KeyValuePair.Create(l, Enumerable.Range(0, model.Weights[l + ".weight"].Shape[0]).ToImmutableArray())));
        var masked = mask.Apply(model);
        var compacted = Compactor.Compact(masked);
        Assert.All(dead, l => Assert.Empty(compacted.Info.KeptFilters[l]));
        Equality.AssertSame(masked, compacted, Equality.Image(3, 41, 35, 1), "41 x 35");
    }

    [SharedDataTheory]
    [InlineData("ERES10_FPGM.pth")]
    [InlineData("ERES50_FPGM.pth")]
    [InlineData("EXTD10_FPGM.pth")]
    [InlineData("EXTD50_FPGM.pth")]
    public void A_published_checkpoint_computes_the_same(string file)
    {
        var masked = ModelFile.Read(SharedData.PathOf("checkpoints", "paper", file));
        var compacted = Compactor.Compact(masked);
        foreach (var (height, width) in new[] { (17, 21), (8, 11) })
            Equality.AssertSame(masked, compacted, Equality.Image(3, height, width, 1).Map((x, _) => 60 * x), $"{height} x {width}");
        var report = CompactionReport.Of(masked, compacted, 480, 640);
        Assert.True(report.After.StoredValues < report.Before.NonZeroParameters, $"{report}");
        Assert.True(report.After.Macs < report.Before.Macs, $"{report}");
    }

    /// <summary>The weights that six passes share are one parameter each, as they are before.</summary>
    private static void AssertStoredOnce(Model masked, Model compacted)
    {
        var weights = compacted.Network.Parameters.Where(p => p.Kind == ParameterKind.ConvWeight).Select(p => p.Name);
        Assert.DoesNotContain(weights, n => n.Contains('@') && !n.Contains(".fixed", StringComparison.Ordinal));
        foreach (var layer in masked.Network.PrunableLayers())
        {
            Assert.Equal(
                masked.Network.Nodes.OfType<Conv2dNode>().Count(c => c.Weight == layer.Weight),
                compacted.Network.Nodes.OfType<Conv2dNode>().Count(c => c.Weight == layer.Weight));
        }
    }
}
