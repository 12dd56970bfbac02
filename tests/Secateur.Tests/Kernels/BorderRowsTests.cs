using Secateur.Kernels.Conv2d;
using Xunit;

namespace Secateur.Tests.Kernels;

public class BorderRowsTests
{
    [Fact]
    public void Every_run_finds_the_rows_that_it_covers()
    {
        foreach (var pitch in new[] { 1, 2, 3, 7, 8, 9, 31, 33 })
        {
            for (var rows = 1; rows <= 9; rows++)
            {
                for (var head = 0; head < rows; head++)
                {
                    for (var tail = 0; head + tail < rows; tail++)
                    {
                        foreach (var run in new[] { 8, 16, 32 }) Check(pitch, rows, head, tail, run);
                    }
                }
            }
        }
    }

    [Fact]
    public void A_high_plane_stores_few_rows() => Assert.Equal(2 + 2 + 3, BorderRows.Plan(100, 1000, 2, 3, 32).StoredRows);

    /// <summary>Rows are told apart by number where they may differ; those between share one.</summary>
    private static void Check(int pitch, int rows, int head, int tail, int run)
    {
        int Kind(int row) => row < head || row >= rows - tail ? row : head;
        var stored = BorderRows.Plan(pitch, rows, head, tail, run);
        for (var position = 0; position < rows * pitch; position++)
        {
            var at = stored.Locate(position, run);
            if (at < 0 || at > stored.StoredRows * pitch) Assert.Fail($"{stored}: position {position} is located at {at}");
            for (var i = 0; i < run && position + i < rows * pitch; i++)
            {
                var (row, column) = Math.DivRem(at + i, pitch);
                if (column != (position + i) % pitch || Kind(stored.SourceRow(row)) != Kind((position + i) / pitch))
                    Assert.Fail($"{stored}, run {run}: position {position} + {i} is located in stored row {row}, column {column}");
            }
        }
    }
}
