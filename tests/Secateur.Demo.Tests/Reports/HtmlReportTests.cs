using System.Xml.Linq;
using Secateur.Demo.Reports;
using Secateur.TestSupport;
using Xunit;

namespace Secateur.Demo.Tests.Reports;

public sealed class HtmlReportTests : IDisposable
{
    private const string Hostile = "<script>alert('x')</script> & \"quoted\" é 漢\u0001\n";
    private const string Svg = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="5" height="5"/></svg>""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_text_is_escaped_and_comes_back_as_it_was()
    {
        var page = Everything(Hostile);
        Assert.DoesNotContain("<script", page.ToString(), StringComparison.OrdinalIgnoreCase);
        var seen = Hostile.Replace('\u0001', ' ').Replace('\n', ' ');
        var root = Parse(page);
        foreach (var name in new[] { "title", "h1", "h2", "dt", "dd", "th", "td", "figcaption" })
            Assert.All(root.Descendants(name), element => Assert.Equal(seen, element.Value));
        Assert.Equal([seen, seen, seen], root.Descendants("p").Select(p => p.Value));
        Assert.Equal(seen, root.Descendants("img").Single().Attribute("alt")!.Value);
    }

    [Fact]
    public void Nothing_is_loaded_from_elsewhere()
    {
        var root = Parse(Everything("text"));
        Assert.DoesNotContain(root.DescendantsAndSelf(), e => e.Name.LocalName is "script" or "link" or "iframe" or "object");
        var values = root.DescendantsAndSelf().Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => a.Value).Append(root.Descendants("style").First().Value);
        Assert.All(values, value => Assert.False(value.Contains("//", StringComparison.Ordinal) && !value.StartsWith("data:", StringComparison.Ordinal), value));
        Assert.DoesNotContain("url(", root.ToString(), StringComparison.Ordinal);
        Assert.All(root.Descendants("img"), img => Assert.StartsWith("data:image/jpeg;base64,", img.Attribute("src")!.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void Pictures_and_figures_lie_inside()
    {
        var jpeg = new byte[3000];
        new Random(1).NextBytes(jpeg);
        var root = Parse(new HtmlReport("t").Pictures(new ReportPicture(jpeg, "one"), new ReportPicture([1], "two")).Figures(new ReportFigure(Svg, "three")));
        Assert.Equal(jpeg, Convert.FromBase64String(root.Descendants("img").First().Attribute("src")!.Value.Split(',')[1]));
        Assert.Equal(["one", "two", "three"], root.Descendants("figcaption").Select(c => c.Value));
        XNamespace svg = "http://www.w3.org/2000/svg";
        Assert.Equal("5", root.Descendants(svg + "rect").Single().Attribute("width")!.Value);
    }

    [Fact]
    public void A_table_has_a_heading_for_each_column_and_row()
    {
        var root = Parse(new HtmlReport("t").Table(["model", "ms"], [["a", "1.5"], ["b", "2"], ["", "3"]]));
        Assert.Equal(["model", "ms"], root.Descendants("thead").Descendants("th").Select(c => c.Value));
        Assert.Equal([["a", "1.5"], ["b", "2"], ["", "3"]], root.Descendants("tbody").Single().Elements("tr").Select(r => r.Elements().Select(c => c.Value).ToArray()));
        Assert.Contains("2 cells under a header of 1", Assert.Throws<ArgumentException>(() => new HtmlReport("t").Table(["a"], [["1", "2"]])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no xml")]
    [InlineData("<p>text</p>")]
    [InlineData("<svg></svg><script/>")]
    public void Only_svg_is_taken_for_a_figure(string text) =>
        Assert.Throws<ArgumentException>(() => new HtmlReport("t").Figures(new ReportFigure(text, "caption")));

    [Fact]
    public void The_parts_stand_in_order_in_the_file_written()
    {
        var path = _folder.PathOf("report.html");
        new HtmlReport("t").Paragraph("1").Heading("2").Note("3").Paragraph("4").Write(path);
        var text = File.ReadAllText(path);
        Assert.StartsWith("<!DOCTYPE html>", text, StringComparison.Ordinal);
        Assert.Equal(["t", "1", "2", "3", "4"], Parse(text).Descendants("main").Single().Elements().Select(e => e.Value));
        Assert.Throws<DirectoryNotFoundException>(() => new HtmlReport("t").Write(_folder.PathOf("none", "report.html")));
    }

    private static HtmlReport Everything(string text) => new HtmlReport(text)
        .Lead(text).Heading(text).Paragraph(text).Note(text).Facts((text, text)).Table([text, text], [[text, text]])
        .Figures(new ReportFigure(Svg, text)).Pictures(new ReportPicture([255, 216], text));

    private static XElement Parse(object page) => XElement.Parse(page.ToString()!.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal), LoadOptions.PreserveWhitespace);
}
