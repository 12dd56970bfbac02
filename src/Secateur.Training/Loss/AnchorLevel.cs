namespace Secateur.Training.Loss;

/// <summary>The anchors of one detection level.</summary>
/// <param name="First">The position of its first anchor among all.</param>
/// <param name="Columns">Horizontal centres and edges.</param>
/// <param name="Rows">Vertical centres and edges.</param>
internal sealed record AnchorLevel(int First, AnchorAxis Columns, AnchorAxis Rows)
{
    /// <summary>The position after its last anchor.</summary>
    public int End => First + (Rows.Cells * Columns.Cells);

    /// <summary>An anchor by its position among those of all levels.</summary>
    public Anchor this[int index]
    {
        get
        {
            var (row, column) = Math.DivRem(index - First, Columns.Cells);
            return new Anchor(Columns.Centres[column], Rows.Centres[row], Columns.Extent, Rows.Extent);
        }
    }
}
