namespace Secateur.Training.Loss;

/// <summary>
/// The columns or the rows of a level's anchors. Anchors lie on a grid, so a column shares its left and right edge and a row its top and bottom:
/// what overlaps a face is a rectangle of cells.
/// </summary>
internal sealed class AnchorAxis
{
    private readonly float[] _centres;
    private readonly float[] _low;
    private readonly float[] _high;

    /// <param name="cells">Columns or rows.</param>
    /// <param name="stride">Pixels a cell.</param>
    /// <param name="size">Width or height of the anchors in pixels.</param>
    /// <param name="pixels">Width or height of the network's input.</param>
    public AnchorAxis(int cells, int stride, double size, int pixels)
    {
        (_centres, _low, _high) = (new float[cells], new float[cells], new float[cells]);
        Extent = (float)(size / pixels);
        for (var i = 0; i < cells; i++)
        {
            _centres[i] = (float)((i + 0.5) * stride / pixels);
            _low[i] = _centres[i] - (Extent / 2);
            _high[i] = _centres[i] + (Extent / 2);
        }
    }

    /// <summary>The number of cells.</summary>
    public int Cells => _centres.Length;

    /// <summary>Width or height of the anchors, relative to the input.</summary>
    public float Extent { get; }

    /// <summary>The anchors' centres, relative to the input.</summary>
    public ReadOnlySpan<float> Centres => _centres;

    /// <summary>Left or top edges.</summary>
    public ReadOnlySpan<float> Low => _low;

    /// <summary>Right or bottom edges.</summary>
    public ReadOnlySpan<float> High => _high;

    /// <summary>The cells whose anchors share more than an edge with the interval, exactly: both edges rise from cell to cell.</summary>
    public Range Overlapping(float low, float high)
    {
        var first = CountUpTo(_high, low);
        return first..Math.Max(first, CountBelow(_low, high));
    }

    private static int CountUpTo(float[] ascending, float value)
    {
        var (from, to) = (0, ascending.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (ascending[middle] <= value) from = middle + 1;
            else to = middle;
        }

        return from;
    }

    private static int CountBelow(float[] ascending, float value)
    {
        var (from, to) = (0, ascending.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (ascending[middle] < value) from = middle + 1;
            else to = middle;
        }

        return from;
    }
}
