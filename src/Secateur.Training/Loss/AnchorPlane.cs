namespace Secateur.Training.Loss;

/// <summary>The anchors of one size on the cells of a detection level.</summary>
/// <param name="First">The position of its first anchor among all.</param>
/// <param name="Step">From the anchor of a cell to that of the next: the level's anchors a cell.</param>
/// <param name="Columns">Horizontal centres and edges.</param>
/// <param name="Rows">Vertical centres and edges.</param>
internal sealed record AnchorPlane(int First, int Step, AnchorAxis Columns, AnchorAxis Rows)
{
    /// <summary>The position of a cell's anchor among all.</summary>
    public int IndexOf(int row, int column) => First + (((row * Columns.Cells) + column) * Step);

    /// <summary>The position after its last cell's anchors.</summary>
    public int End => IndexOf(Rows.Cells, 0);

    /// <summary>An anchor by its position among all.</summary>
    public Anchor this[int index]
    {
        get
        {
            var (row, column) = Math.DivRem((index - First) / Step, Columns.Cells);
            return new Anchor(Columns.Centres[column], Rows.Centres[row], Columns.Extent, Rows.Extent);
        }
    }
}
