using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Secateur.Training.Charts;

/// <summary>The few SVG elements that charts are made of; every text is escaped.</summary>
internal static class Svg
{
    private static readonly XNamespace Namespace = "http://www.w3.org/2000/svg";

    private const string Style = """
        .lc-paper{fill:#ffffff}.lc-heading{fill:#1c1f24;font:600 15px sans-serif}.lc-label{fill:#4a4f57;font:12px sans-serif}.lc-inside{fill:#ffffff;font:12px sans-serif}
        .lc-grid{stroke:#e2e4e8}.lc-axis{stroke:#7a7f87}
        @media (prefers-color-scheme: dark){.lc-paper{fill:#15181d}.lc-heading{fill:#eceef1}.lc-label{fill:#b9bec6}.lc-grid{stroke:#2b3038}}
        """;

    // Mid-tones: at least 3:1 against white and against the dark background.
    private static readonly string[] Colors = ["#2f7fc1", "#d55e00", "#12946f", "#b3589a", "#857200", "#7a7f87"];

    /// <summary>The color of the series with this number; after six they come again.</summary>
    public static string Color(int series) => Colors[series % Colors.Length];

    /// <summary>An empty figure with a background.</summary>
    public static XElement Document(int width, int height)
    {
        var root = Element("svg", ("viewBox", $"0 0 {width} {height}"), ("width", $"{width}"), ("height", $"{height}"), ("role", "img"));
        root.Add(new XElement(Namespace + "style", Style), Element("rect", ("class", "lc-paper"), ("width", "100%"), ("height", "100%")));
        return root;
    }

    public static XElement Element(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        var element = new XElement(Namespace + name);
        foreach (var (attribute, value) in attributes) element.SetAttributeValue(attribute, value);
        return element;
    }

    public static XElement Text(string text, double x, double y, string style, string anchor = "start")
    {
        var element = Element("text", ("x", Number(x)), ("y", Number(y)), ("class", "lc-" + style), ("text-anchor", anchor));
        element.Value = Printable(text);
        return element;
    }

    /// <summary>What a viewer shows over the element that it is put into.</summary>
    public static XElement Title(string text) => new(Namespace + "title", Printable(text));

    public static XElement Line(double x1, double y1, double x2, double y2, string style) =>
        Element("line", ("x1", Number(x1)), ("y1", Number(y1)), ("x2", Number(x2)), ("y2", Number(y2)), ("class", "lc-" + style));

    public static XElement Polyline(string points, string color, string dashes) =>
        Element("polyline", ("points", points), ("fill", "none"), ("stroke", color), ("stroke-width", "2"), ("stroke-dasharray", dashes), ("stroke-linejoin", "round"));

    public static XElement Dot(double x, double y, string color) => Element("circle", ("cx", Number(x)), ("cy", Number(y)), ("r", "3"), ("fill", color));

    public static XElement Box(double x, double y, double width, double height, string color) =>
        Element("rect", ("x", Number(x)), ("y", Number(y)), ("width", Number(width)), ("height", Number(height)), ("fill", color));

    /// <summary>A coordinate to a hundredth of a pixel.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>XML has no way to write some characters, not even escaped.</summary>
    private static string Printable(string text)
    {
        var kept = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value)) kept.Append('?');
            else kept.Append(rune);
        }

        return kept.ToString();
    }
}
