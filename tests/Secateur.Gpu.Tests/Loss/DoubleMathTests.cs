using Secateur.Gpu.Loss;

namespace Secateur.Gpu.Tests.Loss;

public class DoubleMathTests
{
    private const double Tolerance = 4e-16;

    [Fact]
    public void Exponentials_are_the_processors()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var x = -Math.Pow(10, (random.NextDouble() * 12) - 9.2);
            var expected = Math.Exp(x);
            Assert.InRange(DoubleMath.Exp(x), expected * (1 - Tolerance), expected * (1 + Tolerance));
        }

        Assert.Equal(1, DoubleMath.Exp(0));
        Assert.Equal(0, DoubleMath.Exp(-1e4));
        Assert.Equal(0, DoubleMath.Exp(double.NegativeInfinity));
        Assert.Equal(double.NaN, DoubleMath.Exp(double.NaN));
    }

    [Fact]
    public void Logarithms_are_the_processors()
    {
        var random = new Random(2);
        for (var i = 0; i < 100_000; i++)
        {
            var x = i % 2 == 0 ? 1 + random.NextDouble() : Math.Pow(10, (random.NextDouble() * 600) - 300);
            var expected = Math.Log(x);
            Assert.InRange(DoubleMath.Log(x), expected - (Tolerance * Math.Abs(expected)), expected + (Tolerance * Math.Abs(expected)));
        }

        Assert.Equal(0, DoubleMath.Log(1));
        Assert.Equal(double.NegativeInfinity, DoubleMath.Log(0));
        Assert.Equal(double.PositiveInfinity, DoubleMath.Log(double.PositiveInfinity));
        Assert.Equal(double.NaN, DoubleMath.Log(double.NaN));
    }
}
