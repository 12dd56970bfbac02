namespace Secateur.Reference;

/// <summary>Mean and variance of each channel over a batch (Ioffe and Szegedy, "Batch Normalization", arXiv 1502.03167, algorithm 1).</summary>
/// <param name="Mean">[C].</param>
/// <param name="Variance">[C]; biased: divided by <paramref name="Count"/>.</param>
/// <param name="Count">Values a channel, N * H * W.</param>
/// <param name="Epsilon">Added to the variance before the root.</param>
public sealed record BatchStatistics(double[] Mean, double[] Variance, int Count, double Epsilon)
{
    /// <summary>The share of the newest batch in the running statistics.</summary>
    public const double Momentum = 0.1;

    /// <summary>The statistics of a batch, for each image [C, H, W].</summary>
    public static BatchStatistics Of(Volume[] batch, double epsilon)
    {
        var channels = batch[0].Channels;
        var (mean, variance) = (new double[channels], new double[channels]);
        var count = batch.Length * batch[0].Height * batch[0].Width;
        Parallel.For(0, channels, c =>
        {
            foreach (var image in batch)
            {
                foreach (var x in image.Plane(c)) mean[c] += x;
            }

            mean[c] /= count;
            foreach (var image in batch)
            {
                foreach (var x in image.Plane(c)) variance[c] += (x - mean[c]) * (x - mean[c]);
            }

            variance[c] /= count;
        });

        return new BatchStatistics(mean, variance, count, epsilon);
    }

    /// <summary>1 / sqrt(variance + epsilon) of a channel.</summary>
    public double InverseDeviation(int c) => 1 / Math.Sqrt(Variance[c] + Epsilon);

    /// <summary>running = 0.9 running + 0.1 batch, with the unbiased variance: divided by <see cref="Count"/> - 1.</summary>
    /// <param name="mean">Running mean, [C], changed.</param>
    /// <param name="variance">Running variance, [C], changed.</param>
    public void UpdateRunning(double[] mean, double[] variance)
    {
        for (var c = 0; c < Mean.Length; c++)
        {
            mean[c] += Momentum * (Mean[c] - mean[c]);
            variance[c] += Momentum * ((Variance[c] * Count / (Count - 1)) - variance[c]);
        }
    }
}
