using System.Collections.Immutable;

namespace Secateur.Runtime.Fixed;

/// <summary>
/// A map [C, H, W] that does not depend on the image: constant inside, different near the borders. Computed once an input size, and stored
/// and computed at its distinct places only, so that a compacted network costs nothing extra at any size.
/// </summary>
internal sealed class FixedMap
{
    private readonly double[] _stored;

    /// <summary>Computes the values at the distinct places, from channel, row and column.</summary>
    public FixedMap(int channels, FixedAxis rows, FixedAxis columns, Func<int, int, int, double> valueAt)
    {
        (Channels, Rows, Columns) = (channels, rows, columns);
        _stored = new double[checked(channels * rows.Stored * columns.Stored)];
        var place = 0;
        for (var c = 0; c < channels; c++)
        {
            for (var y = 0; y < rows.Stored; y++)
            {
                for (var x = 0; x < columns.Stored; x++) _stored[place++] = valueAt(c, rows.Representative(y), columns.Representative(x));
            }
        }
    }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>Along H.</summary>
    public FixedAxis Rows { get; }

    /// <summary>Along W.</summary>
    public FixedAxis Columns { get; }

    /// <summary>The value at any place of the whole map.</summary>
    public double this[int c, int y, int x] => _stored[(((c * Rows.Stored) + Rows.Locate(y)) * Columns.Stored) + Columns.Locate(x)];

    /// <summary>The mean of a channel.</summary>
    public double Mean(int c)
    {
        var sum = 0.0;
        for (var y = 0; y < Rows.Stored; y++)
        {
            for (var x = 0; x < Columns.Stored; x++)
                sum += _stored[(((c * Rows.Stored) + y) * Columns.Stored) + x] * Rows.Count(y) * Columns.Count(x);
        }

        return sum / ((double)Rows.Size * Columns.Size);
    }

    /// <summary>The value that channel <paramref name="c"/> of a sum gets from this operand.</summary>
    public double ChannelOrZero(ImmutableArray<int> map, int c, int y, int x)
    {
        var own = map.IsEmpty ? c : map.IndexOf(c);
        return own < 0 ? 0 : this[own, y, x];
    }
}
