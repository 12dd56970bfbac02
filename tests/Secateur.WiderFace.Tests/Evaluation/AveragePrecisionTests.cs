using Secateur.WiderFace.Evaluation;
using Xunit;

namespace Secateur.WiderFace.Tests.Evaluation;

public sealed class AveragePrecisionTests
{
    [Theory]
    [InlineData(new double[] { }, new double[] { }, 0)]
    [InlineData(new[] { 1.0 }, new[] { 1.0 }, 1)]
    [InlineData(new[] { 0.5 }, new[] { 1.0 }, 0.5)]
    [InlineData(new[] { 0.5, 1.0 }, new[] { 1.0, 0.5 }, 0.75)]
    [InlineData(new[] { 0.25, 0.5, 1.0 }, new[] { 0.2, 0.6, 0.4 }, 0.5)]
    [InlineData(new[] { 0.0, 0.5, 0.5, 0.5 }, new[] { 0.0, 1.0, 0.5, 0.1 }, 0.5)]
    public void Area_is_that_below_the_envelope(double[] recall, double[] precision, double expected) =>
        Assert.Equal(expected, AveragePrecision.OfCurve(recall, precision), 1e-12);

    [Fact]
    public void Lengths_must_agree() => Assert.Throws<ArgumentException>(() => AveragePrecision.OfCurve([0.5], [0.5, 0.5]));
}
