namespace Secateur.Imaging.Tests.Formats;

/// <summary>Random samples of a colour type and depth, as PNG stores them, and the RGB bytes that they stand for.</summary>
internal sealed class PngSamples
{
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private readonly int _width;
    private readonly int _height;
    private readonly int _depth;
    private readonly int _channels;

    public PngSamples(int width, int height, int depth, int color, int seed)
    {
        (_width, _height, _depth) = (width, height, depth);
        _channels = color switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var random = new Random(seed);
        Values = new int[width * height * _channels];
        for (var i = 0; i < Values.Length; i++) Values[i] = random.Next(1 << depth);
    }

    /// <summary>[Height, Width, Channels].</summary>
    public int[] Values { get; }

    public int Value(int x, int y, int channel) => Values[(((y * _width) + x) * _channels) + channel];

    /// <summary>The rows with a filter byte each, all five filters in turn.</summary>
    public byte[] Raw(bool interlaced)
    {
        var raw = new List<byte>();
        foreach (var (x, y, stepX, stepY) in interlaced ? Adam7 : [(0, 0, 1, 1)])
        {
            var above = Array.Empty<byte>();
            for (var (row, filter) = (y, 0); row < _height && x < _width; row += stepY, filter = (filter + 1) % 5)
            {
                var packed = PackRow(x, row, stepX);
                raw.Add((byte)filter);
                raw.AddRange(Filtered(filter, packed, above));
                above = packed;
            }
        }
        return [.. raw];
    }

    private byte[] PackRow(int x, int y, int stepX)
    {
        var bits = new List<int>();
        for (; x < _width; x += stepX)
        {
            for (var channel = 0; channel < _channels; channel++)
            {
                for (var bit = _depth - 1; bit >= 0; bit--) bits.Add((Value(x, y, channel) >> bit) & 1);
            }
        }
        return [.. bits.Chunk(8).Select(byteBits => (byte)byteBits.Select((bit, i) => bit << (7 - i)).Sum())];
    }

    private IEnumerable<byte> Filtered(int filter, byte[] row, byte[] above)
    {
        var pixelBytes = Math.Max(1, _channels * _depth / 8);
        for (var i = 0; i < row.Length; i++)
        {
            int a = i >= pixelBytes ? row[i - pixelBytes] : 0;
            int b = above.Length > 0 ? above[i] : 0;
            int c = i >= pixelBytes && above.Length > 0 ? above[i - pixelBytes] : 0;
            var p = a + b - c;
            var paeth = new[] { a, b, c }.MinBy(candidate => Math.Abs(p - candidate));
            int[] predictions = [0, a, b, (a + b) / 2, paeth];
            yield return (byte)(row[i] - predictions[filter]);
        }
    }
}
