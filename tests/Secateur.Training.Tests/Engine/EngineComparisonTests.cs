using Secateur.Models;
using Secateur.TestSupport;
using Xunit;
using Xunit.Sdk;

namespace Secateur.Training.Tests.Engine;

/// <summary>The comparison lets the right values pass and no wrong ones.</summary>
public class EngineComparisonTests
{
    [Fact]
    public void A_detector_is_compared_by_all_its_anchors()
    {
        var model = RandomWeights.Fill(EResFd.Create(), seed: 1);

        var comparison = EngineComparison.OfDetector(model, images: 2, height: 64, width: 96, seed: 1);

        var anchors = (16 * 24) + (8 * 12) + (4 * 6) + (2 * 3) + (1 * 2) + (1 * 1);
        Assert.Equal(2 * 3 * 64 * 96, comparison.Input.Length);
        Assert.Equal(2 * anchors * 4, comparison.ResultGradients[EngineComparison.Locations].Length);
        Assert.Equal(2 * anchors * 2, comparison.ResultGradients[EngineComparison.Scores].Length);
        AssertAccepts(comparison, new ParameterVector(model));
    }

    [Fact]
    public void Any_network_is_compared_by_its_outputs()
    {
        var model = RandomNetworks.CreateDense(seed: 2);

        var comparison = EngineComparison.OfOutputs(model, images: 2, height: 9, width: 7, seed: 2);

        Assert.Equal(model.Network.Outputs.Select(o => o.Name), comparison.Results.Keys);
        AssertAccepts(comparison, new ParameterVector(model));
    }

    private static void AssertAccepts(EngineComparison comparison, ParameterVector layout)
    {
        foreach (var (name, expected) in comparison.Results)
        {
            var result = Rounded(expected);
            comparison.AssertResult(name, result, 1e-6, "rounded");
            result[^1] += 1e-3f * (float)comparison.LargestValue;
            Assert.Throws<FailException>(() => comparison.AssertResult(name, result, 1e-4, "wrong"));
        }

        foreach (var (name, expected) in comparison.Gradients) Rounded(expected).CopyTo(layout[name]);
        comparison.AssertGradients(layout, layout.Values, 1e-6, "rounded");
        layout.Values[^1] = float.NaN;
        Assert.Throws<FailException>(() => comparison.AssertGradients(layout, layout.Values, 1e-4, "wrong"));

        var statistics = comparison.Statistics.ToDictionary(s => s.Key, s => Rounded(s.Value));
        comparison.AssertStatistics(statistics, 1e-6, "rounded");
        statistics.Values.Last()[0] *= 1.1f;
        Assert.Throws<FailException>(() => comparison.AssertStatistics(statistics, 1e-4, "wrong"));
    }

    private static float[] Rounded(double[] values) => Array.ConvertAll(values, value => (float)value);
}
