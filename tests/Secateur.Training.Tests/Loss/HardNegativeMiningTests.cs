using Secateur.Training.Loss;
using Xunit;

namespace Secateur.Training.Tests.Loss;

public class HardNegativeMiningTests
{
    [Fact]
    public void Three_negatives_with_the_largest_loss_join_each_positive()
    {
        var random = new Random(2);
        const int Anchors = 500;
        var mining = new HardNegativeMining(Anchors);
        for (var round = 0; round < 20; round++)
        {
            // Whole numbers, so that many losses are equal.
            var scores = Enumerable.Range(0, 2 * Anchors).Select(_ => (float)random.Next(-3, 4)).ToArray();
            var isPositive = Enumerable.Range(0, Anchors).Select(_ => random.Next(15) == 0).ToArray();
            var positives = isPositive.Count(p => p);

            var chosen = mining.Select(scores, isPositive, positives);

            var expected = Enumerable.Range(0, Anchors).Where(a => !isPositive[a])
                .OrderByDescending(a => Math.Log(Math.Exp(scores[2 * a]) + Math.Exp(scores[(2 * a) + 1])) - scores[2 * a], Close).Take(3 * positives).Order();
            Assert.Equal(expected, chosen);
        }
    }

    [Fact]
    public void Without_positives_there_are_none_and_with_many_all_others()
    {
        var mining = new HardNegativeMining(4);
        Assert.Empty(mining.Select(new float[8], new bool[4], 0));
        Assert.Equal([0, 2], mining.Select(new float[8], [false, true, false, true], 2));
        Assert.Empty(mining.Select(new float[8], [true, true, true, true], 4));
    }

    [Fact]
    public void Zeros_of_either_sign_tie_and_what_is_no_number_comes_first()
    {
        var mining = new HardNegativeMining(6);
        bool[] isPositive = [true, false, false, false, false, false];
        Assert.Equal([1, 2, 3], mining.Select([0, 0, 0, -0f, 0, 0, 0, -0f, 0, 0, 0, 0], isPositive, 1));
        Assert.Equal([1, 3, 5], mining.Select([0, 0, 0, 9, 0, 1, 0, float.NaN, 0, 2, 0, float.PositiveInfinity], isPositive, 1));
        Assert.Equal([1, 2, 4], mining.Select([0, 0, 0, 9, 0, 1, 0, float.NegativeInfinity, 0, 2, float.PositiveInfinity, 0], isPositive, 1));
        Assert.Equal([1, 2, 3], mining.Select([0, 0, 0, 9, 0, 8, -float.NaN, 0, 0, 7, 0, 6], isPositive, 1));
    }

    private static IComparer<double> Close { get; } = Comparer<double>.Create((a, b) => Math.Abs(a - b) < 1e-9 ? 0 : a.CompareTo(b));
}
