using System.Text.RegularExpressions;
using Secateur.Pixels;

namespace Secateur.Bench.Comparison;

/// <summary>The ONNX files that hold the same networks: for each model file a path, in which <c>{size}</c> stands for rows x columns.</summary>
internal sealed partial class OnnxFiles
{
    private const string Size = "{size}";

    private readonly Dictionary<string, string> _patterns;

    /// <param name="pairs">NAME=PATH each; NAME is a model file's without extension.</param>
    /// <exception cref="FormatException">A pair is not of this form, or a name comes twice.</exception>
    public OnnxFiles(IEnumerable<string> pairs)
    {
        _patterns = [];
        foreach (var pair in pairs)
        {
            var parts = pair.Split('=', 2);
            if (parts.Length != 2 || parts[0].Length == 0 || !(parts[1].Contains(Size, StringComparison.Ordinal) || SizeAtEnd().IsMatch(parts[1])))
                throw new FormatException($"'{pair}' is no pair: expected NAME=PATH, where PATH ends in _480x640.onnx or contains {Size}");
            if (!_patterns.TryAdd(parts[0], parts[1])) throw new FormatException($"'{parts[0]}' has two ONNX files");
        }
    }

    /// <summary>The model files that are named.</summary>
    public IReadOnlyCollection<string> Names => _patterns.Keys;

    /// <summary>The ONNX file of a model at a size; null when there is none.</summary>
    public string? Find(string name, ImageSize size)
    {
        if (!_patterns.TryGetValue(name, out var pattern)) return null;
        var path = pattern.Replace(Size, size.ToString(), StringComparison.Ordinal);
        var fits = pattern.Contains(Size, StringComparison.Ordinal) || SizeAtEnd().Match(path).Groups[1].Value == size.ToString();
        return fits && File.Exists(path) ? path : null;
    }

    [GeneratedRegex(@"_([0-9]+x[0-9]+)\.onnx$")]
    private static partial Regex SizeAtEnd();
}
