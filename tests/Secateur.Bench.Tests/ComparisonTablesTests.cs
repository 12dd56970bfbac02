using Secateur.Bench.Comparison;
using Secateur.Bench.Statistics;
using Xunit;

namespace Secateur.Bench.Tests;

public sealed class ComparisonTablesTests
{
    private static readonly PeerTime Peer = new(new Spread(10, 9, 11), 8_000_000);

    [Fact]
    public void Rates_shares_and_memory_are_those_of_the_numbers()
    {
        var rows = Rows(ComparisonTables.Report(SampleResult.Create(Peer)), "net");
        Assert.Equal(
            ["net", "compacted", "50 %", "2.000", "1.000..3.000", "10.00", "9.000..11.00", "0.20", "0.20..0.20", "12.5", "25 %", "2.0", "8.0", "0.25", "300", "1"],
            rows[2]);

        // With two threads the peak is twice as high.
        Assert.Equal(["25.0", "50 %"], rows[0][9..11]);
        Assert.Equal(["25.0", "25 %"], rows[3][9..11]);
    }

    [Fact]
    public void Without_ONNX_Runtime_its_columns_are_left_out()
    {
        var report = ComparisonTables.Report(SampleResult.Create(null));
        Assert.DoesNotContain("ORT ms", report, StringComparison.Ordinal);
        Assert.Contains("ONNX Runtime not measured", report, StringComparison.Ordinal);
        Assert.Equal(["net", "original", "-", "4.000", "3.000..5.000", "25.0", "50 %", "4.0", "1,000", "4"], Rows(report, "net")[0]);
    }

    [Fact]
    public void Every_row_of_a_table_has_as_many_cells_as_its_header()
    {
        foreach (var table in ComparisonTables.Report(SampleResult.Create(Peer)).Split("\n\n").Where(t => t.StartsWith('|')))
            Assert.Single(table.Trim().Split('\n').Select(line => line.Split('|').Length).Distinct());
    }

    [Fact]
    public void A_result_survives_its_file()
    {
        var result = SampleResult.Create(Peer);
        Assert.Equal(ComparisonTables.Report(result), ComparisonTables.Report(Report.FromJson<ComparisonResult>(Report.ToJson(result))));
        Assert.Throws<System.Text.Json.JsonException>(() => Report.FromJson<ComparisonResult>("{}"));
    }

    internal static string[][] Rows(string markdown, string first) =>
        [.. markdown.Split('\n').Where(l => l.StartsWith($"| {first} ", StringComparison.Ordinal)).Select(l => l.Trim('|').Split('|', StringSplitOptions.TrimEntries))];
}
