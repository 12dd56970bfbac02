using System.Runtime.Intrinsics;

namespace Secateur.Training.Data.Augmentation;

/// <summary>A row of pixels as three rows of floats, red, green and blue, to work on with vectors; made once for many rows.</summary>
internal sealed class RgbPlanes(int width)
{
    // One table for each pair of (channel, 16 bytes of the row): where in the one the bytes of the other are; 255 where they are elsewhere.
    private static readonly Vector128<byte>[] SplitTables = Tables((channel, part, i) => (3 * i) + channel - (16 * part));
    private static readonly Vector128<byte>[] JoinTables = Tables((channel, part, i) => ((16 * part) + i) % 3 == channel ? ((16 * part) + i) / 3 : -1);

    private readonly byte[] _bytes = new byte[width * 3];
    private readonly float[] _values = new float[width * 3];

    public Span<float> Red => _values.AsSpan(0, width);

    public Span<float> Green => _values.AsSpan(width, width);

    public Span<float> Blue => _values.AsSpan(2 * width, width);

    /// <summary>Takes the row apart.</summary>
    public void Load(ReadOnlySpan<byte> row)
    {
        var i = 0;
        for (; i <= width - 16; i += 16)
        {
            var pixels = row.Slice(i * 3, 48);
            var (first, second, third) = (Vector128.Create(pixels), Vector128.Create(pixels[16..]), Vector128.Create(pixels[32..]));
            for (var channel = 0; channel < 3; channel++)
            {
                (Vector128.Shuffle(first, SplitTables[3 * channel])
                    | Vector128.Shuffle(second, SplitTables[(3 * channel) + 1])
                    | Vector128.Shuffle(third, SplitTables[(3 * channel) + 2])).CopyTo(_bytes, (channel * width) + i);
            }
        }

        for (; i < width; i++) (_bytes[i], _bytes[width + i], _bytes[(2 * width) + i]) = (row[3 * i], row[(3 * i) + 1], row[(3 * i) + 2]);
        PixelVectors.ToFloat(_bytes, _values);
    }

    /// <summary>Puts the row together again, rounded and clamped.</summary>
    public void Store(Span<byte> row)
    {
        PixelVectors.ToBytes(_values, _bytes);
        var i = 0;
        for (; i <= width - 16; i += 16)
        {
            var (red, green, blue) = (Vector128.Create(_bytes, i), Vector128.Create(_bytes, width + i), Vector128.Create(_bytes, (2 * width) + i));
            for (var part = 0; part < 3; part++)
            {
                (Vector128.Shuffle(red, JoinTables[part])
                    | Vector128.Shuffle(green, JoinTables[3 + part])
                    | Vector128.Shuffle(blue, JoinTables[6 + part])).CopyTo(row[((i * 3) + (16 * part))..]);
            }
        }

        for (; i < width; i++) (row[3 * i], row[(3 * i) + 1], row[(3 * i) + 2]) = (_bytes[i], _bytes[width + i], _bytes[(2 * width) + i]);
    }

    private static Vector128<byte>[] Tables(Func<int, int, int, int> index)
    {
        var tables = new Vector128<byte>[9];
        Span<byte> places = stackalloc byte[16];
        for (var table = 0; table < tables.Length; table++)
        {
            for (var i = 0; i < places.Length; i++) places[i] = index(table / 3, table % 3, i) is >= 0 and < 16 and var place ? (byte)place : byte.MaxValue;
            tables[table] = Vector128.Create<byte>(places);
        }

        return tables;
    }
}
