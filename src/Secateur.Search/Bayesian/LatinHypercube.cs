namespace Secateur.Search.Bayesian;

/// <summary>Points whose every coordinate falls once into each of as many equal parts of [0, 1) as there are points (McKay, Beckman and Conover, Technometrics 1979).</summary>
internal static class LatinHypercube
{
    /// <summary>Draws <paramref name="count"/> points.</summary>
    public static double[][] Draw(SeededRandom random, int count, int dimensions)
    {
        var points = Enumerable.Range(0, count).Select(_ => new double[dimensions]).ToArray();
        for (var d = 0; d < dimensions; d++)
        {
            var parts = random.Permutation(count);
            for (var i = 0; i < count; i++) points[i][d] = (parts[i] + random.NextDouble()) / count;
        }

        return points;
    }
}
