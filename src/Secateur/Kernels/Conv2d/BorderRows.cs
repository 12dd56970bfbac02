namespace Secateur.Kernels.Conv2d;

/// <summary>
/// A plane whose rows are all alike but for a few at the top and at the bottom, stored with the repeated rows left out: finds where a run of
/// positions of the whole plane stands in the stored one.
/// </summary>
/// <param name="Pitch">Floats a row.</param>
/// <param name="Rows">Rows of the whole plane.</param>
/// <param name="StoredRows">Rows that are stored.</param>
/// <param name="Head">Rows at the top that differ.</param>
/// <param name="Tail">Rows at the bottom that differ.</param>
internal readonly record struct BorderRows(int Pitch, int Rows, int StoredRows, int Head, int Tail)
{
    /// <summary>Rows that a run of <paramref name="length"/> positions can touch.</summary>
    private static int Span(int length, int pitch) => ((length - 1 + pitch - 1) / pitch) + 1;

    /// <summary>Stores as few rows as serve runs of up to <paramref name="runLength"/> positions.</summary>
    public static BorderRows Plan(int pitch, int rows, int head, int tail, int runLength)
    {
        var stored = head + Span(runLength, pitch) + tail;
        return new BorderRows(pitch, rows, Math.Min(stored, rows), head, tail);
    }

    /// <summary>The row of the whole plane that a stored row stands for.</summary>
    public int SourceRow(int storedRow) => storedRow < StoredRows - Tail ? storedRow : storedRow + (Rows - StoredRows);

    /// <summary>Where the run that starts at <paramref name="position"/> stands among the stored rows.</summary>
    public int Locate(int position, int runLength)
    {
        var row = position / Pitch;
        var left = Rows - StoredRows;
        if (left == 0 || row <= Head) return position;
        var reachesTail = row + Span(runLength, Pitch) > Rows - Tail;
        return reachesTail ? position - (left * Pitch) : position - ((row - Head) * Pitch);
    }
}
