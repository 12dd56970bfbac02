using System.Text;

namespace Secateur.TestSupport;

/// <summary>Numbers that C# and Python draw alike, so that weights and images need not be stored; the twin is tests/Goldens/parity/draws.py.</summary>
public static class GoldenNumbers
{
    private const int SquareSide = 16;

    /// <summary>Multiples of 2^-24 in [0, 1): SplitMix64, started at the FNV-1a hash of the stream's name.</summary>
    public static double[] Uniform(string stream, int count)
    {
        var state = 0xCBF29CE484222325;
        foreach (var letter in Encoding.UTF8.GetBytes(stream)) state = (state ^ letter) * 0x100000001B3;
        var values = new double[count];
        foreach (ref var value in values.AsSpan())
        {
            state += 0x9E3779B97F4A7C15;
            var z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            value = ((z ^ (z >> 31)) >> 40) / (double)(1 << 24);
        }

        return values;
    }

    /// <summary>RGB bytes, [H, W, 3]: squares of 16 pixels under noise.</summary>
    public static byte[] Image(string stream, int height, int width)
    {
        var columns = (width + SquareSide - 1) / SquareSide;
        var squares = Uniform(stream + "/squares", (height + SquareSide - 1) / SquareSide * columns * 3);
        var noise = Uniform(stream + "/noise", height * width * 3);
        var image = new byte[noise.Length];
        for (var i = 0; i < image.Length; i++)
        {
            var (pixel, channel) = (i / 3, i % 3);
            var square = (pixel / width / SquareSide * columns) + (pixel % width / SquareSide);
            image[i] = (byte)(((3 * (int)(256 * squares[(3 * square) + channel])) + (int)(256 * noise[i])) / 4);
        }

        return image;
    }

    /// <summary>The same as a network's input, [3, H, W], without the published detectors' mean.</summary>
    public static float[] Input(string stream, int height, int width)
    {
        int[] mean = [123, 117, 104];
        var image = Image(stream, height, width);
        var input = new float[image.Length];
        for (var i = 0; i < image.Length; i++) input[(i % 3 * height * width) + (i / 3)] = image[i] - mean[i % 3];
        return input;
    }

    /// <summary>One number a row (the first index) of a tensor: the sum under drawn signs. Vectors stay as they are.</summary>
    public static double[] RowSums(string name, ReadOnlySpan<float> values, IReadOnlyList<int> shape)
    {
        var sums = new double[shape[0]];
        var perRow = values.Length / sums.Length;
        var signs = shape.Count > 1 ? Uniform(name + "/signs", values.Length) : null;
        for (var i = 0; i < values.Length; i++) sums[i / perRow] += signs is not null && signs[i] < 0.5 ? -values[i] : values[i];
        return sums;
    }
}
