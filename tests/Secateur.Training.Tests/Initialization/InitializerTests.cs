using Secateur.Graph;
using Secateur.Models;
using Secateur.TestSupport;
using Secateur.Training.Initialization;
using Xunit;

namespace Secateur.Training.Tests.Initialization;

public class InitializerTests
{
    private static readonly double Root3 = Math.Sqrt(3);

    [Theory]
    [InlineData("eresfd", 0.5f)]
    [InlineData("extd64", 1f)]
    [InlineData("extd48", 1f)]
    [InlineData("extd32", 1f)]
    public void Everything_but_convolutions_starts_at_its_constant(string architecture, float gamma)
    {
        var model = Initializer.Create(Architectures.Create(architecture), seed: 1);
        foreach (var spec in model.Network.Parameters.Where(p => p.Kind != ParameterKind.ConvWeight))
        {
            var expected = spec.Kind switch
            {
                ParameterKind.NormGamma => gamma,
                ParameterKind.NormVariance => 1,
                ParameterKind.Slope => 0.25f,
                ParameterKind.FusionWeight => 0.5f,
                _ => 0,
            };
            Assert.All(model.Weights[spec.Name].Data, v => Assert.Equal(expected, v));
        }
    }

    [Fact]
    public void EResFd_draws_normals_by_the_fan_out_and_its_heads_uniforms()
    {
        var network = EResFd.Create();
        AssertNormal(Standardised(network, Architectures.Of(network).Initialization, p => !IsHead(p), p => Math.Sqrt(2.0 / (p.Shape[2] * p.Shape[3] * p.Shape[0]))));
        AssertNormal(Standardised(network, Architectures.Of(network).Initialization with { Convolutions = ConvDistribution.SmallNormal }, p => !IsHead(p), _ => 0.01));
        AssertUniform(Standardised(network, Architectures.Of(network).Initialization, IsHead, XavierBound));
    }

    [Fact]
    public void Extd_draws_xavier_uniforms_and_keeps_the_frameworks_default_for_upfeat()
    {
        var network = Extd.Create(64);
        AssertUniform(Standardised(network, Architectures.Of(network).Initialization, p => !IsUpfeat(p), XavierBound));
        AssertUniform(Standardised(network, Architectures.Of(network).Initialization, IsUpfeat, p => 1 / Math.Sqrt(p.Shape[1] * p.Shape[2] * p.Shape[3])));
    }

    [Fact]
    public void Other_networks_keep_unit_gamma_and_the_fan_out_rule()
    {
        var network = BrightSpotDetector.Create().Network;
        Assert.Equal(new InitializationRecipe(ConvDistribution.FanOutNormal, 1), Architectures.Of(network).Initialization);
        Assert.DoesNotContain(0f, Initializer.Create(network, seed: 5).Weights["base.0.weight"].Data);
    }

    [Fact]
    public void Each_parameter_has_its_own_stream_whatever_the_order()
    {
        var network = EResFd.Create();
        var model = Initializer.Create(network, seed: 7);
        var reordered = Initializer.Create(new Network(network.Architecture, network.Nodes, network.Parameters.Reverse(), network.Outputs, network.Head), seed: 7);
        var other = Initializer.Create(network, seed: 8);

        foreach (var spec in network.Parameters.Where(p => p.Kind == ParameterKind.ConvWeight))
        {
            Assert.Equal(model.Weights[spec.Name].Data, reordered.Weights[spec.Name].Data);
            Assert.NotEqual(model.Weights[spec.Name].Data, other.Weights[spec.Name].Data);
        }

        var firsts = network.Parameters.Where(p => p.Kind == ParameterKind.ConvWeight && !IsHead(p)).Select(p => model.Weights[p.Name].Data[0]);
        Assert.Equal(firsts.Count(), firsts.Distinct().Count());
        Assert.Contains("seed 7", Assert.Single(model.Info.Provenance), StringComparison.Ordinal);
    }

    private static bool IsHead(ParameterSpec spec) =>
        spec.Name.StartsWith("loc.", StringComparison.Ordinal) || spec.Name.StartsWith("conf.", StringComparison.Ordinal);

    private static bool IsUpfeat(ParameterSpec spec) => spec.Name.StartsWith("upfeat.", StringComparison.Ordinal);

    private static double XavierBound(ParameterSpec spec)
    {
        var area = spec.Shape[2] * spec.Shape[3];
        return Math.Sqrt(6.0 / ((spec.Shape[1] * area) + (spec.Shape[0] * area)));
    }

    /// <summary>The chosen layers' weights in units of what each layer should have.</summary>
    private static List<double> Standardised(Network network, InitializationRecipe recipe, Func<ParameterSpec, bool> chosen, Func<ParameterSpec, double> unit)
    {
        var model = Initializer.Create(network, recipe, seed: 3);
        return [.. network.Parameters.Where(p => p.Kind == ParameterKind.ConvWeight && chosen(p)).SelectMany(p => model.Weights[p.Name].Data.Select(v => v / unit(p)))];
    }

    private static void AssertNormal(List<double> values)
    {
        AssertMoments(values, deviation: 1, kurtosis: 3);
        Assert.InRange(values.Count(v => Math.Abs(v) < 0.6745) / (double)values.Count, 0.48, 0.52);
    }

    private static void AssertUniform(List<double> values)
    {
        AssertMoments(values, deviation: 1 / Root3, kurtosis: 1.8);
        Assert.All(values, v => Assert.InRange(v, -1.000001, 1.000001));
        Assert.InRange(values.Max(Math.Abs), 0.99, 1.000001);
    }

    private static void AssertMoments(List<double> values, double deviation, double kurtosis)
    {
        // Five standard errors of each moment.
        var error = 5 / Math.Sqrt(values.Count);
        var variance = values.Average(v => v * v);
        Assert.InRange(values.Average() / deviation, -error, error);
        Assert.InRange(Math.Sqrt(variance) / deviation, 1 - error, 1 + error);
        Assert.InRange(values.Average(v => v * v * v * v) / (variance * variance), kurtosis - (10 * error), kurtosis + (10 * error));
    }
}
