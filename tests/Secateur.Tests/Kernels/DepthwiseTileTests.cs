using Secateur.Kernels.Conv2d;
using Secateur.Kernels.Simd;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Tests.Kernels;

/// <summary>The tiled depthwise kernel alone: a map walked tile by tile, band by band, against the convolution's definition.</summary>
public unsafe class DepthwiseTileTests
{
    private const int Columns = DepthwiseTile.Columns;

    public static TheoryData<SimdLevel, int, int> Cases
    {
        get
        {
            var data = new TheoryData<SimdLevel, int, int>();
            foreach (var level in TestedWidths.All)
            {
                foreach (var stride in new[] { 1, 2 })
                {
                    foreach (var rows in new[] { 1, 2, 3, 8 }) data.Add(level, stride, rows);
                }
            }

            return data;
        }
    }

    /// <summary>Three tiles in a band, three bands: what is kept to the left and above passes from tile to tile.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Tiles_compute_what_the_definition_says(SimdLevel level, int stride, int rows)
    {
        const int channels = 3, tiles = 3, bands = 3;
        const float slope = -0.5f;
        var (height, width) = (bands * rows, tiles * Columns);
        var random = new Random((rows * 10) + stride);
        var map = new float[channels, (stride * height) + 2, (stride * width) + 2];
        for (var c = 0; c < channels; c++)
        {
            for (var y = 1; y <= stride * height; y++)
            {
                for (var x = 1; x <= stride * width; x++) map[c, y, x] = RandomWeights.Normal(random);
            }
        }

        var weights = Draw(channels * 9, random);
        var bias = Draw(channels, random);
        var (columns, carriedRows, vector) = (stride * Columns, DepthwiseTile.CarriedRows(stride), (int)level / 32);
        var (tile, output) = (new float[channels * rows * stride * columns], new float[channels * rows * Columns]);
        var carried = new float[channels * tiles * carriedRows * columns];
        var left = new float[channels * (carriedRows + (rows * stride)) * vector];
        fixed (float* t = tile, o = output, k = carried, l = left, w = weights, b = bias)
        {
            // With stride 1 the tiles are a row and a column ahead.
            for (var c = 0; c < channels; c++)
            {
                for (var x = 0; x < tiles; x++) Fill(k + (((c * tiles) + x) * carriedRows * columns), c, -1, carriedRows, (x * columns) + 2 - stride);
            }

            for (var y = 0; y < height; y += rows)
            {
                for (var c = 0; c < channels; c++)
                {
                    for (var r = 0; r < carriedRows + (rows * stride); r++)
                    {
                        var end = l + ((((c * (carriedRows + (rows * stride))) + r + 1) * vector) - 1);
                        (end[-1], end[0]) = (0, stride == 1 ? Value(c, y - 1 + r, 0) : 0);
                    }
                }

                for (var x = 0; x < tiles; x++)
                {
                    for (var c = 0; c < channels; c++)
                        Fill(t + (c * rows * stride * columns), c, (stride * y) + 2 - stride, rows * stride, (x * columns) + 2 - stride);
                    var call = new DepthwiseTileCall
                    {
                        Channels = channels,
                        Rows = rows,
                        Tile = t,
                        TileStride = rows * stride * columns,
                        Carried = k + (x * carriedRows * columns),
                        CarriedStride = tiles * carriedRows * columns,
                        Left = l,
                        LeftStride = (carriedRows + (rows * stride)) * vector,
                        Weights = w,
                        Bias = b,
                        Slope = slope,
                        Output = o,
                        OutputStride = rows * Columns,
                    };
                    DepthwiseTile.Run(level, stride, in call);
                    Check(y, x * Columns);
                }
            }
        }

        float Value(int c, int y, int x) => y + 1 < map.GetLength(1) && x + 1 < map.GetLength(2) ? map[c, y + 1, x + 1] : 0;

        void Fill(float* target, int c, int y, int count, int x)
        {
            for (var i = 0; i < count * columns; i++) target[i] = Value(c, y + (i / columns), x + (i % columns));
        }

        void Check(int y, int x)
        {
            for (var i = 0; i < output.Length; i++)
            {
                var (c, r, column) = (i / (rows * Columns), i / Columns % rows, i % Columns);
                double sum = bias[c];
                for (var k = 0; k < 9; k++)
                    sum += (double)weights[(c * 9) + k] * Value(c, (stride * (y + r)) - 1 + (k / 3), (stride * (x + column)) - 1 + (k % 3));
                var expected = sum > 0 ? sum : slope * sum;
                if (!(Math.Abs(expected - output[i]) <= 1e-5 * Math.Max(1, Math.Abs(expected))))
                    Assert.Fail($"{level}, stride {stride}, channel {c}, row {y + r}, column {x + column}: {output[i]} instead of {expected}");
            }
        }
    }

    private static float[] Draw(int count, Random random) => [.. Enumerable.Range(0, count).Select(_ => RandomWeights.Normal(random))];
}
