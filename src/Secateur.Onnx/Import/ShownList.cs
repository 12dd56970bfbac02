namespace Secateur.Onnx.Import;

/// <summary>Lists in errors: a file may hold millions of numbers where a few are expected.</summary>
internal static class ShownList
{
    private const int Most = 16;

    /// <summary>The first elements, with commas between.</summary>
    public static string Of<T>(IEnumerable<T> elements)
    {
        List<T> first = [.. elements.Take(Most + 1)];
        return first.Count <= Most ? string.Join(", ", first) : $"{string.Join(", ", first.Take(Most))}, ...";
    }
}
