using System.Numerics;
using Secateur.Kernels;
using static Secateur.Onnx.Format.TensorProto.Types;

namespace Secateur.Onnx.Import;

/// <summary>Computes nodes that read constants alone, as exporters leave them behind for shapes, and for weights that are of another form in the graph.</summary>
internal static class ConstantFolding
{
    private const int MaxElements = 1 << 22;
    private const int MaxRank = 8;

    /// <summary>The result of a node; null where it is none that is computed here.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inputs">What it reads; null for an input that is left out.</param>
    public static ConstantTensor? Fold(OnnxNode node, IReadOnlyList<ConstantTensor?> inputs)
    {
        if (inputs.Any(i => i is { Shape.Length: > MaxRank } or { Count: > MaxElements })) return null;
        try
        {
            return (node.Operator, inputs) switch
            {
                ("Identity", [{ } x]) => x,
                ("Cast", [{ } x]) => Cast(x, (DataType)node.Integer("to", 0)),
                ("Shape", [{ } x]) when node.Proto.Attribute.Count == 0 => ConstantTensor.Vector([.. x.Shape.Select(d => (long)d)]),
                ("ConstantOfShape", [{ } shape]) => Filled(shape, node),
                ("Reshape", [{ } x, { } shape]) when node.Integer("allowzero", 0) == 0 || !shape.Integers.Contains(0) => x.Reshaped(Shapes.Reshape(x.Shape, shape.Integers)),
                ("Flatten", [{ } x]) => x.Reshaped(Flattened(x.Shape, (int)node.Integer("axis", 1))),
                ("Unsqueeze", [{ } x, { } axes]) => x.Reshaped(Shapes.Unsqueeze(x.Shape, axes.Integers)),
                ("Squeeze", [{ } x, var axes]) => x.Reshaped(Shapes.Squeeze(x.Shape, axes?.Integers)),
                ("Squeeze", [{ } x]) => x.Reshaped(Shapes.Squeeze(x.Shape, null)),
                ("Transpose", [{ } x]) => Transposed(x, node.Integers("perm") is { } perm ? [.. perm.Select(p => (int)p)] : [.. Enumerable.Range(0, x.Shape.Length).Reverse()]),
                ("Gather", [{ } x, { } indices]) => Gathered(x, indices, (int)node.Integer("axis", 0)),
                ("Slice", [{ } x, { } starts, { } ends, ..]) => Sliced(x, starts, ends, inputs.ElementAtOrDefault(3), inputs.ElementAtOrDefault(4)),
                ("Concat", [{ } first, ..]) when inputs.All(i => i?.Type == first.Type) => Joined([.. inputs.OfType<ConstantTensor>()], (int)node.Integer("axis", 0)),
                ("Add" or "Sub" or "Mul" or "Div", [{ } a, { } b]) when a.Type == b.Type => Combined(node.Operator, a, b),
                ("Sqrt", [{ Type: DataType.Float } x]) => ConstantTensor.Of(x.Shape, [.. x.Numbers.Select(MathF.Sqrt)]),
                ("Neg", [{ Type: DataType.Float } x]) => ConstantTensor.Of(x.Shape, [.. x.Numbers.Select(n => -n)]),
                ("Floor", [{ Type: DataType.Float } x]) => ConstantTensor.Of(x.Shape, [.. x.Numbers.Select(MathF.Floor)]),
                ("Ceil", [{ Type: DataType.Float } x]) => ConstantTensor.Of(x.Shape, [.. x.Numbers.Select(MathF.Ceiling)]),
                _ => null,
            };
        }
        catch (Exception error) when (error is ArgumentException or IndexOutOfRangeException or OverflowException or DivideByZeroException or NotTakenException)
        {
            // What its attributes ask for cannot be: whoever needs the result says so.
            return null;
        }
    }

    private static ConstantTensor? Cast(ConstantTensor x, DataType to) => to switch
    {
        DataType.Float => ConstantTensor.Of(x.Shape, x.Numbers),
        DataType.Int64 when x.Type != DataType.Double => ConstantTensor.Of(x.Shape, x.Integers),
        _ => null,
    };

    private static ConstantTensor? Filled(ConstantTensor shape, OnnxNode node)
    {
        int[] sizes = [.. shape.Integers.Select(d => checked((int)d))];
        var count = Tensor.CountElements(sizes);
        if (sizes.Any(d => d < 0) || count > MaxElements) return null;
        var value = node.Find("value")?.T;
        if (value is null or { DataType: (int)DataType.Float })
        {
            var numbers = new float[count];
            Array.Fill(numbers, value is null ? 0 : value.FloatData.Count == 1 ? value.FloatData[0] : BitConverter.ToSingle(value.RawData.Span));
            return ConstantTensor.Of(sizes, numbers);
        }

        if (value.DataType != (int)DataType.Int64) return null;
        var integers = new long[count];
        Array.Fill(integers, value.Int64Data.Count == 1 ? value.Int64Data[0] : BitConverter.ToInt64(value.RawData.Span));
        return ConstantTensor.Of(sizes, integers);
    }

    private static int[] Flattened(int[] shape, int axis)
    {
        var rows = axis < 0 ? axis + shape.Length : axis;
        return [Tensor.CountElements(shape.AsSpan(0, rows)), Tensor.CountElements(shape.AsSpan(rows))];
    }

    private static ConstantTensor Transposed(ConstantTensor x, int[] axes)
    {
        if (!axes.Order().SequenceEqual(Enumerable.Range(0, x.Shape.Length))) throw new ArgumentException("no permutation");
        var strides = StridesOf(x.Shape);
        int[] shape = [.. axes.Select(a => x.Shape[a])];
        return Taken(x, shape, place => Dot(place, [.. axes.Select(a => strides[a])]));
    }

    private static ConstantTensor Gathered(ConstantTensor x, ConstantTensor indices, int axis)
    {
        if (axis < 0) axis += x.Shape.Length;
        var strides = StridesOf(x.Shape);
        var picked = indices.Integers.Select(i => checked((int)(i < 0 ? i + x.Shape[axis] : i))).ToArray();
        if (picked.Any(i => i < 0 || i >= x.Shape[axis])) throw new ArgumentException("out of range");
        var (rank, indexStrides) = (indices.Shape.Length, StridesOf(indices.Shape));
        int[] shape = [.. x.Shape[..axis], .. indices.Shape, .. x.Shape[(axis + 1)..]];
        return Taken(x, shape, place =>
        {
            var at = picked[Dot(place.AsSpan(axis, rank), indexStrides)] * strides[axis];
            return at + Dot(place.AsSpan(0, axis), strides.AsSpan(0, axis)) + Dot(place.AsSpan(axis + rank), strides.AsSpan(axis + 1));
        });
    }

    private static ConstantTensor Sliced(ConstantTensor x, ConstantTensor starts, ConstantTensor ends, ConstantTensor? axes, ConstantTensor? steps)
    {
        var (strides, shape, first) = (StridesOf(x.Shape), (int[])x.Shape.Clone(), new int[x.Shape.Length]);
        var stride = (int[])strides.Clone();
        for (var i = 0; i < starts.Count; i++)
        {
            var axis = (int)(axes?.Integers[i] ?? i);
            if (axis < 0) axis += shape.Length;
            var (start, step, count) = Shapes.Slice(x.Shape[axis], starts.Integers[i], ends.Integers[i], steps?.Integers[i] ?? 1);
            (shape[axis], first[axis], stride[axis]) = (count, start, strides[axis] * step);
        }

        var origin = Dot(first, strides);
        return Taken(x, shape, place => origin + Dot(place, stride));
    }

    private static ConstantTensor Joined(ConstantTensor[] parts, int axis)
    {
        var shape = (int[])parts[0].Shape.Clone();
        if (axis < 0) axis += shape.Length;
        shape[axis] = checked(parts.Sum(p => p.Shape[axis]));
        var outer = Tensor.CountElements(shape.AsSpan(0, axis));
        if (Tensor.CountElements(shape) > MaxElements || parts.Any(p => p.Count != (long)p.Shape[axis] * Tensor.CountElements(shape) / Math.Max(1, shape[axis]))) throw new ArgumentException("other shapes");
        return OfType(parts[0], shape, () => All(p => p.Numbers), () => All(p => p.Integers));

        T[] All<T>(Func<ConstantTensor, T[]> elements)
        {
            var all = new List<T>();
            for (var row = 0; row < outer; row++)
            {
                foreach (var part in parts) all.AddRange(elements(part).AsSpan(row * (part.Count / outer), part.Count / outer));
            }

            return [.. all];
        }
    }

    private static ConstantTensor? Combined(string op, ConstantTensor a, ConstantTensor b)
    {
        var shape = Shapes.Broadcast(a.Shape, b.Shape);
        if (Tensor.CountElements(shape) > MaxElements) return null;
        return a.Type switch
        {
            DataType.Float => ConstantTensor.Of(shape, Combine(op, Spread(a, shape).Numbers, Spread(b, shape).Numbers)),
            DataType.Int64 => ConstantTensor.Of(shape, Combine(op, Spread(a, shape).Integers, Spread(b, shape).Integers)),
            _ => null,
        };
    }

    private static T[] Combine<T>(string op, T[] a, T[] b)
        where T : INumber<T> =>
        [.. a.Zip(b, (x, y) => op switch { "Add" => x + y, "Sub" => x - y, "Mul" => x * y, _ => x / y })];

    private static ConstantTensor Spread(ConstantTensor x, int[] shape)
    {
        if (x.Shape.AsSpan().SequenceEqual(shape)) return x;
        var strides = StridesOf(x.Shape);
        int[] spread = [.. shape.Select((_, axis) => axis - (shape.Length - x.Shape.Length) is >= 0 and var own && x.Shape[own] != 1 ? strides[own] : 0)];
        return Taken(x, shape, place => Dot(place, spread));
    }

    /// <summary>The tensor of this shape whose elements are those of another at the places that a function finds.</summary>
    private static ConstantTensor Taken(ConstantTensor x, int[] shape, Func<int[], int> from)
    {
        var count = Tensor.CountElements(shape);
        if (count > MaxElements) throw new ArgumentException("too large");
        var indices = new int[count];
        var place = new int[shape.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            indices[i] = from(place);
            for (var axis = shape.Length - 1; axis >= 0 && ++place[axis] == shape[axis]; axis--) place[axis] = 0;
        }

        return OfType(x, shape, () => [.. indices.Select(i => x.Numbers[i])], () => [.. indices.Select(i => x.Integers[i])]);
    }

    /// <summary>A tensor of the type of another: what is left to the tail reads that type.</summary>
    private static ConstantTensor OfType(ConstantTensor x, int[] shape, Func<float[]> numbers, Func<long[]> integers) => x.Type switch
    {
        DataType.Float => ConstantTensor.Of(shape, numbers()),
        _ when x.IsFloat => throw new ArgumentException("another type"),
        _ => ConstantTensor.Of(shape, integers(), x.Type),
    };

    private static int[] StridesOf(int[] shape)
    {
        var strides = new int[shape.Length];
        for (var (axis, stride) = (shape.Length - 1, 1); axis >= 0; stride *= shape[axis--]) strides[axis] = stride;
        return strides;
    }

    private static int Dot(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        var sum = 0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
