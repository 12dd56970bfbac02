namespace Secateur.Onnx.Import;

/// <summary>Computes with sizes of maps, as exporters do to enlarge one map to the size of another.</summary>
internal static class SizeArithmetic
{
    /// <summary>A value as sizes: it is, or it is a constant of integers.</summary>
    /// <exception cref="NotTakenException">It is neither.</exception>
    public static ImportedValue.Sizes Of(ImportedValue? value) => value switch
    {
        ImportedValue.Sizes sizes => sizes,
        ImportedValue.Constant { Tensor: { Shape.Length: <= 1, Count: <= 16 } constant } =>
            new ImportedValue.Sizes([.. constant.Numbers.Select(n => new MapSize(n))]),
        _ => throw new NotTakenException("computes with something other than sizes"),
    };

    /// <summary>A sum, difference, product or quotient.</summary>
    public static ImportedValue Combined(OnnxNode node, IReadOnlyList<ImportedValue?> inputs)
    {
        var (a, b) = (Of(inputs.ElementAtOrDefault(0)), Of(inputs.ElementAtOrDefault(1)));
        if (a.Elements.Length != b.Elements.Length && a.Elements.Length != 1 && b.Elements.Length != 1) throw new NotTakenException("combines unequal numbers of sizes");
        var count = Math.Max(a.Elements.Length, b.Elements.Length);
        return new ImportedValue.Sizes(
            [.. Enumerable.Range(0, count).Select(i => Combine(node.Operator, a.Elements[a.Elements.Length == 1 ? 0 : i], b.Elements[b.Elements.Length == 1 ? 0 : i]))]);
    }

    /// <summary>Sizes that are rounded: they are whole numbers already.</summary>
    public static ImportedValue Rounded(OnnxNode node, ImportedValue.Sizes sizes) => sizes.Elements.All(e => double.IsInteger(e.Number))
        ? sizes
        : throw new NotTakenException($"rounds sizes of maps ({node.Operator})");

    private static MapSize Combine(string op, MapSize a, MapSize b) => (op, a.Node, b.Node) switch
    {
        ("Mul", _, null) => a with { Number = a.Number * b.Number },
        ("Mul", null, _) => b with { Number = a.Number * b.Number },
        // Whole numbers are divided without the rest, which a map may or may not have.
        ("Div", _, null) when double.IsInteger(a.Number / b.Number) => a with { Number = a.Number / b.Number },
        ("Div", _, null) => throw new NotTakenException("divides sizes of maps by what need not divide them"),
        ("Add", null, null) => new MapSize(a.Number + b.Number),
        ("Sub", null, null) => new MapSize(a.Number - b.Number),
        _ => throw new NotTakenException("computes with sizes of maps in another way than to multiply them"),
    };
}
