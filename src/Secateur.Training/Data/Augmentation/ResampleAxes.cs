namespace Secateur.Training.Data.Augmentation;

/// <summary>The weights of both axes of a sample, and the part of it that shows the source: a rectangle, or nothing.</summary>
internal sealed class ResampleAxes
{
    private ResampleAxes(ResampleAxis columns, ResampleAxis rows)
    {
        (Columns, Rows) = (columns, rows);
        if (columns.Start < columns.End && rows.Start < rows.End) (Left, Top, Right, Bottom) = (columns.Start, rows.Start, columns.End, rows.End);
    }

    public ResampleAxis Columns { get; }

    public ResampleAxis Rows { get; }

    public int Left { get; }

    public int Top { get; }

    /// <summary>Exclusive.</summary>
    public int Right { get; }

    /// <summary>Exclusive.</summary>
    public int Bottom { get; }

    /// <summary>Whether nothing of the source is shown.</summary>
    public bool ShowNothing => Left == Right;

    /// <param name="width">Columns of the source.</param>
    /// <param name="height">Rows of the source.</param>
    /// <param name="window">The window, in pixels of the source.</param>
    /// <param name="side">Width and height of the sample in pixels.</param>
    /// <param name="filter">The filter.</param>
    public static ResampleAxes Create(int width, int height, SampleWindow window, int side, ResampleFilter filter)
    {
        var step = window.Side / side;
        return new ResampleAxes(
            ResampleAxis.Create(width, window.X, step, side, filter, window.Mirrored),
            ResampleAxis.Create(height, window.Y, step, side, filter, mirrored: false));
    }
}
