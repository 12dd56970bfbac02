using Xunit;

namespace Secateur.Tests;

public class SeededRandomTests
{
    [Fact]
    public void The_sequence_of_a_seed_never_changes()
    {
        // Computed by another implementation.
        var random = new SeededRandom(1, 2, 3);
        Assert.Equal([15597206485232429349, 9815856191243008310, 12696880419309839749], Three(random.NextBits));
        Assert.Equal([0.9162118124643447, 0.21425148803712235, 0.8302828513457283], Three(new SeededRandom(1, "base.0.weight").NextDouble));
        Assert.Equal(-0.9422576653840772, new SeededRandom(7).NextNormal(), 1e-15);
        var bytes = new byte[11];
        new SeededRandom(7).NextBytes(bytes);
        Assert.Equal("45CEAB7E97C2B4B8FEC88E", Convert.ToHexString(bytes));
        Assert.Equal((float)(0xB8B4C2977EABCE45 >> 40) / (1 << 24), new SeededRandom(7).NextSingle());

        static T[] Three<T>(Func<T> next) => [next(), next(), next()];
    }

    [Fact]
    public void Normal_numbers_have_mean_0_and_variance_1()
    {
        var random = new SeededRandom(3, "normal");
        var drawn = Enumerable.Range(0, 20_000).Select(_ => random.NextNormal()).ToList();
        Assert.InRange(drawn.Average(), -0.03, 0.03);
        Assert.InRange(drawn.Average(x => x * x), 0.96, 1.04);
        Assert.InRange(drawn.Count(x => Math.Abs(x) < 0.6745) / 20_000.0, 0.49, 0.51);
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.InRange(random.Next(-2, 3), -2, 2));
    }

    [Fact]
    public void Neighbouring_seeds_epochs_and_samples_have_nothing_in_common()
    {
        Assert.NotEqual(new SeededRandom(1, "a").NextBits(), new SeededRandom(1, "b").NextBits());
        var firsts = from seed in Enumerable.Range(0, 10) from epoch in Enumerable.Range(0, 10) from sample in Enumerable.Range(-1, 10) select new SeededRandom(seed, epoch, sample).NextBits();
        Assert.Equal(1000, firsts.Distinct().Count());
    }

    [Fact]
    public void Numbers_are_spread_evenly()
    {
        var random = new SeededRandom(5, 0, 0);
        var counts = new int[7];
        var (sum, heads) = (0.0, 0);
        for (var i = 0; i < 14_000; i++)
        {
            counts[random.NextIndex(7)]++;
            sum += random.Uniform(-1, 3);
            if (random.NextBool()) heads++;
        }

        Assert.All(counts, count => Assert.InRange(count, 1800, 2200));
        Assert.InRange(sum / 14_000, 0.95, 1.05);
        Assert.InRange(heads, 6700, 7300);
    }

    [Fact]
    public void A_permutation_has_every_index_once_and_every_place_is_as_likely()
    {
        var places = new int[5];
        for (var sample = 0; sample < 5000; sample++)
        {
            var order = new SeededRandom(0, 0, sample).Permutation(5);
            Assert.Equal(Enumerable.Range(0, 5), order.Order());
            places[Array.IndexOf(order, 0)]++;
        }

        Assert.All(places, count => Assert.InRange(count, 880, 1120));
    }
}
