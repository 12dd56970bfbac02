using Secateur.Training.Data.Augmentation;
using Xunit;

namespace Secateur.Training.Tests.Data.Augmentation;

public class SampleRandomTests
{
    [Fact]
    public void The_sequence_of_a_sample_never_changes()
    {
        var random = new SeededRandom(1, 2, 3);
        // Computed by another implementation.
        Assert.Equal(15597206485232429349, random.NextBits());
        Assert.Equal(9815856191243008310, random.NextBits());
        Assert.Equal(12696880419309839749, random.NextBits());
    }

    [Fact]
    public void Neighbouring_seeds_epochs_and_samples_have_nothing_in_common()
    {
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
