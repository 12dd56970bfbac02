using System.Net;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Secateur.Demo.Reports;

/// <summary>A picture in a report.</summary>
/// <param name="Jpeg">The JPEG file.</param>
/// <param name="Caption">What it shows.</param>
internal sealed record ReportPicture(byte[] Jpeg, string Caption);

/// <summary>A figure in a report.</summary>
/// <param name="Svg">An SVG document.</param>
/// <param name="Caption">What it shows.</param>
internal sealed record ReportFigure(string Svg, string Caption);

/// <summary>
/// A page of HTML that needs nothing but itself: style, figures and pictures lie inside, there are no scripts, and it follows the reader's preference
/// of light or dark. Parts appear in the order in which they are added; every text is escaped.
/// </summary>
/// <param name="title">The title and main heading.</param>
internal sealed class HtmlReport(string title)
{
    private readonly StringBuilder _body = new();

    /// <summary>The text under the main heading.</summary>
    public HtmlReport Lead(string text) => Add($"<p class=\"lead\">{Escape(text)}</p>");

    /// <summary>A heading.</summary>
    public HtmlReport Heading(string text) => Add($"<h2>{Escape(text)}</h2>");

    /// <summary>A paragraph.</summary>
    public HtmlReport Paragraph(string text) => Add($"<p>{Escape(text)}</p>");

    /// <summary>A paragraph that must not be overlooked.</summary>
    public HtmlReport Note(string text) => Add($"<p class=\"note\">{Escape(text)}</p>");

    /// <summary>A few figures, large, each above what it is.</summary>
    public HtmlReport Facts(params IReadOnlyList<(string Value, string Label)> facts) =>
        Add($"<dl class=\"facts\">{string.Concat(facts.Select(f => $"<div><dt>{Escape(f.Label)}</dt><dd>{Escape(f.Value)}</dd></div>"))}</dl>");

    /// <summary>A table; columns but the first are right-aligned.</summary>
    /// <exception cref="ArgumentException">A row has not as many cells as the header.</exception>
    public HtmlReport Table(IReadOnlyList<string> header, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (rows.FirstOrDefault(row => row.Count != header.Count) is { } wrong)
            throw new ArgumentException($"a row of {wrong.Count} cells under a header of {header.Count}");
        var head = string.Concat(header.Select(cell => $"<th scope=\"col\">{Escape(cell)}</th>"));
        var body = string.Concat(rows.Select(row => $"<tr>{string.Concat(row.Select((cell, i) => i == 0 ? $"<th scope=\"row\">{Escape(cell)}</th>" : $"<td>{Escape(cell)}</td>"))}</tr>\n"));
        return Add($"<div class=\"scroll\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>");
    }

    /// <summary>Figures, two beside each other where there is room.</summary>
    /// <exception cref="ArgumentException">One is not an SVG document.</exception>
    public HtmlReport Figures(params IReadOnlyList<ReportFigure> figures) =>
        Add($"<div class=\"figures\">{string.Concat(figures.Select(f => Figure(Inline(f.Svg), f.Caption)))}</div>");

    /// <summary>Pictures, several beside each other where there is room.</summary>
    public HtmlReport Pictures(params IReadOnlyList<ReportPicture> pictures) =>
        Add($"<div class=\"pictures\">{string.Concat(pictures.Select(p => Figure($"<img alt=\"{Escape(p.Caption)}\" src=\"data:image/jpeg;base64,{Convert.ToBase64String(p.Jpeg)}\"/>", p.Caption)))}</div>");

    /// <summary>The page: HTML that is well-formed XML too.</summary>
    public override string ToString() => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title>{Escape(title)}</title>
        <style>
        {ReportStyle.Css}
        </style>
        </head>
        <body>
        <main>
        <h1>{Escape(title)}</h1>
        {_body}</main>
        </body>
        </html>

        """;

    /// <summary>Writes the page.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">No permission to write there.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(ToString())));

    private HtmlReport Add(string part)
    {
        _body.Append(part).Append('\n');
        return this;
    }

    private static string Figure(string content, string caption) => $"<figure>{content}<figcaption>{Escape(caption)}</figcaption></figure>\n";

    private static string Inline(string svg)
    {
        try
        {
            var root = XElement.Parse(svg);
            return root.Name.LocalName == "svg" ? root.ToString(SaveOptions.DisableFormatting) : throw new ArgumentException($"expected an SVG document, found <{root.Name.LocalName}>");
        }
        catch (XmlException error)
        {
            throw new ArgumentException($"expected an SVG document: {error.Message}", error);
        }
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)));
}
