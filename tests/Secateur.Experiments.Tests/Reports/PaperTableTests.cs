using Secateur.Experiments.Plans;
using Secateur.Experiments.Reports;
using Secateur.Experiments.Results;
using Xunit;

namespace Secateur.Experiments.Tests.Reports;

public sealed class PaperTableTests
{
    private static readonly ModelRow Original = Row(null, 0, null, 0.8660, 4);

    [Fact]
    public void The_papers_figures_stand_beside_those_measured()
    {
        var table = PaperTable.Precision("eresfd", [Original, Row("fpgm", 0.5, null, 0.7000, 2)]);
        Assert.Equal("Table 2: eresfd", table.Title);
        Assert.Equal(["original", "90,000", "2.39 %", "0.8660", "0.8560", "0.7660", "92,208", "0.8660 (0.0000)", "0.8555 (+0.0005)", "0.7731 (-0.0071)"], table.Rows[0].ToArray());
        Assert.Equal("0.7103 (-0.0103)", table.Rows[1][7]);
    }

    [Fact]
    public void Seeds_are_a_row_with_mean_and_deviation()
    {
        var table = PaperTable.Compacted("eresfd", [Original, Row("l1", 0.25, 1, 0.5, 1), Row("l1", 0.25, 2, 0.7, 3)], new TimingPlan());
        Assert.Equal(2, table.Rows.Length);
        Assert.Equal(["L1 25%", "45,000 ± 0"], table.Rows[1].Take(2).ToArray());
        Assert.Equal("0.500 ± 0.354", table.Rows[1][6]);
        Assert.Equal("0.6000 ± 0.1414", table.Rows[1][7]);
        Assert.Equal("1.0e-3", table.Rows[1][10]);
    }

    [Fact]
    public void What_is_not_there_yet_is_a_dash()
    {
        var table = PaperTable.Precision("extd48", [new ModelRow(new ModelName("extd48", "bn", 0.1, 0), null, null, null, null)]);
        Assert.Equal("Table: extd48", table.Title);
        Assert.Equal(Enumerable.Repeat("-", table.Header.Length - 1), table.Rows[0].Skip(1));
    }

    [Fact]
    public void Cells_are_escaped()
    {
        var table = new ReportTable("T", ["a", "b"], [["x,\"y\"", "1|2"]]);
        Assert.Equal("a,b\n\"x,\"\"y\"\"\",1|2\n", table.ToCsv());
        Assert.Equal("## T\n\n| a | b |\n| --- | ---: |\n| x,\"y\" | 1\\|2 |\n", table.ToMarkdown());
    }

    private static ModelRow Row(string? criterion, double rate, int? seed, double easy, double milliseconds)
    {
        var evaluated = new EvaluatedModel(easy, easy - 0.01, easy - 0.1, 450, 450, "cpu", 1);
        return new ModelRow(
            new ModelName("eresfd", criterion, rate, seed),
            new MadeModel("masked.safetensors", "compacted.safetensors", 0, 0, null, "cpu", 1),
            evaluated,
            evaluated with { Hard = evaluated.Hard + 0.001 },
            new MeasuredModel(100, 50, new ModelFigures(92_208, 90_000, 10, 10, 4), new ModelFigures(45_000, 45_000, 5, 5, milliseconds), criterion is null ? null : 4, "here"));
    }
}
