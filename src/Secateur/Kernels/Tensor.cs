namespace Secateur.Kernels;

/// <summary>A dense float32 array with a shape, row-major: the last dimension is contiguous.</summary>
public sealed class Tensor
{
    private readonly int[] _shape;

    /// <summary>Wraps <paramref name="data"/> (not copied).</summary>
    /// <param name="shape">The dimensions, outermost first; empty for a scalar.</param>
    /// <param name="data">The elements; exactly as many as the shape says.</param>
    /// <exception cref="ArgumentException">The number of elements and the shape disagree.</exception>
    public Tensor(ReadOnlySpan<int> shape, float[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        _shape = shape.ToArray();
        if (CountElements(_shape) != data.Length)
            throw new ArgumentException($"shape {FormatShape(_shape)} holds {CountElements(_shape)} elements, but {data.Length} were given");
        Data = data;
    }

    /// <summary>A tensor of zeros.</summary>
    public Tensor(params ReadOnlySpan<int> shape)
        : this(shape, new float[CountElements(shape)])
    {
    }

    /// <summary>The dimensions, outermost first.</summary>
    public IReadOnlyList<int> Shape => _shape;

    /// <summary>The elements in row-major order. Models share tensors: write only to tensors that you made.</summary>
    public float[] Data { get; }

    /// <summary>The number of elements.</summary>
    public int Length => Data.Length;

    /// <summary>A copy with its own elements.</summary>
    public Tensor Clone() => new(_shape, (float[])Data.Clone());

    /// <summary>Whether the dimensions are exactly <paramref name="shape"/>.</summary>
    public bool HasShape(IEnumerable<int> shape) => _shape.SequenceEqual(shape);

    /// <summary>The product of the dimensions; 1 for a scalar.</summary>
    /// <exception cref="OverflowException">More than <see cref="int.MaxValue"/> elements.</exception>
    public static int CountElements(ReadOnlySpan<int> shape)
    {
        var count = 1;
        foreach (var dimension in shape) count = checked(count * dimension);
        return count;
    }

    /// <summary>The shape as the field writes it, e.g. <c>[16, 8, 3, 3]</c>.</summary>
    public static string FormatShape(IEnumerable<int> shape) => $"[{string.Join(", ", shape)}]";

    /// <inheritdoc/>
    public override string ToString() => FormatShape(_shape);
}
