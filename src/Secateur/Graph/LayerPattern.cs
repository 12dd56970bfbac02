using System.IO.Enumeration;

namespace Secateur.Graph;

/// <summary>Layer names with <c>*</c> for any characters, none included.</summary>
internal static class LayerPattern
{
    // Of MatchesSimpleExpression's special characters only * is ours; no layer name holds a question mark or a backslash.
    public static bool Matches(string pattern, string layer) =>
        FileSystemName.MatchesSimpleExpression(pattern, layer, ignoreCase: false);
}
