using Secateur.Reference;
using Secateur.TestSupport;

namespace Secateur.Training.Tests.Reference;

/// <summary>Batches as one array [N, C, H, W] and as one volume [C, H, W] an image.</summary>
internal static class Batches
{
    /// <summary>Normal values.</summary>
    public static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => RandomWeights.Normal(random))];
    }

    public static Volume[] Split(ReadOnlySpan<float> values, int images, int channels, int height, int width)
    {
        var result = new Volume[images];
        var length = channels * height * width;
        for (var n = 0; n < images; n++)
        {
            result[n] = new Volume(channels, height, width);
            for (var i = 0; i < length; i++) result[n].Data[i] = values[(n * length) + i];
        }

        return result;
    }

    public static Volume[] SplitLike(ReadOnlySpan<float> values, Volume[] like) =>
        Split(values, like.Length, like[0].Channels, like[0].Height, like[0].Width);

    public static double[] Join(Volume[] batch) => [.. batch.SelectMany(image => image.Data)];
}
