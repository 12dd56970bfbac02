namespace Secateur.Onnx.Import;

/// <summary>The rules by which ONNX's operators change shapes.</summary>
internal static class Shapes
{
    /// <summary>The shape that <c>Reshape</c> gives: 0 for as it was, -1 for what is left.</summary>
    /// <exception cref="NotTakenException">It has another number of elements.</exception>
    public static int[] Reshape(int[] shape, long[] wanted)
    {
        var (result, count) = (new int[wanted.Length], shape.Aggregate(1L, (n, d) => n * d));
        for (var i = 0; i < result.Length; i++) result[i] = wanted[i] is 0 && i < shape.Length ? shape[i] : (int)Math.Clamp(wanted[i], -1, int.MaxValue);
        var known = result.Where(d => d >= 0).Aggregate(1L, (n, d) => Math.Min(int.MaxValue, n * d));
        if (Array.IndexOf(result, -1) is >= 0 and var open) result[open] = (int)(known == 0 ? 0 : count / known);
        if (result.Any(d => d < 0) || result.Aggregate(1L, (n, d) => Math.Min(int.MaxValue, n * d)) != count)
            throw new NotTakenException($"makes [{ShownList.Of(wanted)}] of [{ShownList.Of(shape)}]");
        return result;
    }

    /// <summary>The shape with axes of one element more.</summary>
    public static int[] Unsqueeze(int[] shape, long[] axes)
    {
        var rank = shape.Length + axes.Length;
        var ones = axes.Select(a => a < 0 ? a + rank : a).ToHashSet();
        if (ones.Count != axes.Length || ones.Any(a => a < 0 || a >= rank)) throw new NotTakenException($"puts axes [{ShownList.Of(axes)}] into [{ShownList.Of(shape)}]");
        var at = 0;
        return [.. Enumerable.Range(0, rank).Select(a => ones.Contains(a) ? 1 : shape[at++])];
    }

    /// <summary>The shape without axes of one element: those given, or all.</summary>
    /// <exception cref="NotTakenException">One has more elements.</exception>
    public static int[] Squeeze(int[] shape, long[]? axes)
    {
        var gone = axes?.Select(a => a < 0 ? a + shape.Length : a).ToHashSet();
        if (gone?.Any(a => a < 0 || a >= shape.Length || shape[a] != 1) == true) throw new NotTakenException($"takes the axes [{ShownList.Of(axes!)}] away from [{ShownList.Of(shape)}]");
        return [.. shape.Where((size, axis) => gone is null ? size != 1 : !gone.Contains(axis))];
    }

    /// <summary>What <c>Slice</c> takes of an axis.</summary>
    public static (int Start, int Step, int Count) Slice(int size, long start, long end, long step)
    {
        if (step is 0 or < -int.MaxValue or > int.MaxValue) throw new NotTakenException($"has the step {step}");
        var (first, last) = step > 0 ? (Clamp(start, 0, size), Clamp(end, 0, size)) : (Clamp(start, 0, size - 1), Clamp(end, -1, size - 1));
        return ((int)first, (int)step, (int)Math.Max(0, ((last - first) + step - Math.Sign(step)) / step));

        long Clamp(long value, long low, long high) => Math.Clamp(value < 0 && value >= -size ? value + size : value < 0 ? low : value, low, Math.Max(low, high));
    }

    /// <summary>The shape of what two tensors are combined to, element by element.</summary>
    public static int[] Broadcast(int[] a, int[] b)
    {
        var shape = new int[Math.Max(a.Length, b.Length)];
        for (var i = 1; i <= shape.Length; i++)
        {
            var (x, y) = (i <= a.Length ? a[^i] : 1, i <= b.Length ? b[^i] : 1);
            shape[^i] = x == y || y == 1 ? x : x == 1 ? y : throw new NotTakenException($"combines [{ShownList.Of(a)}] and [{ShownList.Of(b)}]");
        }

        return shape;
    }
}
