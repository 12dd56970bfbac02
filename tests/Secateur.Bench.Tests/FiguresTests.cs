using System.Xml.Linq;
using Secateur.Bench.Comparison;
using Secateur.Bench.Figures;
using Secateur.Bench.Statistics;
using Xunit;

namespace Secateur.Bench.Tests;

public sealed class FiguresTests
{
    private static readonly ComparisonResult Result = SampleResult.Create(new PeerTime(new Spread(10, 9, 11), 8_000_000));

    [Fact]
    public void Pictures_are_SVG_with_finite_numbers()
    {
        var (first, roofline) = (Result.Groups[0], RooflineChart.Draw(Result, Result.Profiles));
        foreach (var picture in (string[])[LatencyChart.Draw([first]), StepBars.Draw(Result.Profiles), roofline, RooflineChart.Draw(Result, [])])
        {
            var root = XDocument.Parse(picture).Root!;
            Assert.Equal(XName.Get("svg", "http://www.w3.org/2000/svg"), root.Name);
            Assert.All(
                root.Descendants().Attributes().Where(a => a.Name.LocalName is "x" or "y" or "cx" or "cy" or "x1" or "x2" or "y1" or "y2" or "width" or "height"),
                a => Assert.True(a.Value == "100%" || double.IsFinite(double.Parse(a.Value, System.Globalization.CultureInfo.InvariantCulture)), a.ToString()));
        }

        // A dot for each of the two convolutions and for each of the two names; the split has no multiply-adds.
        Assert.Equal(4, XDocument.Parse(roofline).Descendants().Count(e => e.Name.LocalName == "circle"));
    }

    [Fact]
    public void A_bar_is_as_long_as_its_share()
    {
        var boxes = XDocument.Parse(StepBars.Draw(Result.Profiles)).Descendants().Where(e => e.Name.LocalName == "rect" && e.HasElements).ToList();
        double[] widths = [.. boxes.Select(b => (double)b.Attribute("width")!)];
        Assert.Equal(3, widths.Length);
        Assert.Equal(4, widths[0] / widths[1], 2);
        Assert.Equal(widths[2], widths[0] + widths[1], 2);
    }

    [Fact]
    public void The_least_time_of_a_step_is_that_of_its_slower_need()
    {
        var roofline = new Roofline(Result);

        // 10^8 multiply-adds at 50 G/s take 2 ms, 10^7 bytes from memory at 10 GB/s 1 ms; 500 bytes lie in the cache.
        Assert.Equal(2, roofline.LeastMs(Result.Profiles[0].Steps[0]), 9);
        Assert.Equal(1, roofline.LeastMs(Result.Profiles[1].Steps[0]), 9);
        Assert.Equal(5e-6, roofline.LeastMs(Result.Profiles[0].Steps[1]), 12);
    }

    [Fact]
    public void Tables_of_a_page_are_written_again_and_all_else_stays()
    {
        var tables = new Dictionary<string, IEnumerable<string>> { ["a"] = ["new"] };
        var page = PageTables.Fill("before <!-- begin a -->old<!-- end a --> after", tables);
        Assert.Equal("before <!-- begin a -->\n\nnew\n\n<!-- end a --> after", page);
        Assert.Equal(page, PageTables.Fill(page, tables));
        Assert.Throws<FormatException>(() => PageTables.Fill("<!-- end a --><!-- begin a -->", tables));
    }

    [Fact]
    public void A_page_has_a_row_for_each_network_and_one_for_each_rate()
    {
        var tables = PageTables.Of(Result, "all.md");
        Assert.Equal(["net original", "4.000", "10.00", "0.40", "4.000", "10.00", "0.40", "2.000", "4.0", "8.0"], Row(tables["networks"]));
        Assert.Equal(["50 %", "2.000", "50 %", "300", "1"], Row(tables["rates"]));
        Assert.Contains("* [all tables of this run](all.md)", tables["machine"]);
        Assert.Equal(
            ["net original", "4.000", "-", "-", "4.000", "-", "-", "2.000", "4.0", "-"], Row(PageTables.Of(SampleResult.Create(null), "all.md")["networks"]));

        static string[] Row(IEnumerable<string> table) => table.Last().Trim('|').Split('|', StringSplitOptions.TrimEntries);
    }

    [Fact]
    public void The_performance_page_and_the_tables_that_it_links_are_those_of_a_committed_result()
    {
        var docs = Path.Combine(TestSupport.SharedData.RepositoryRoot, "docs");
        var page = File.ReadAllText(Path.Combine(docs, "performance.md"));
        var link = page.Split("[all tables of this run](")[1].Split(')')[0];
        var report = Path.Combine(docs, link);
        var result = Report.FromJson<ComparisonResult>(File.ReadAllText(Path.ChangeExtension(report, ".json")));
        Assert.Equal(page, PageTables.Fill(page, PageTables.Of(result, link)));
        Assert.Equal(ComparisonTables.Report(result).Trim(), File.ReadAllText(report).Trim());
    }
}
