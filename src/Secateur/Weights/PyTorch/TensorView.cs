using Secateur.Weights.Files;

namespace Secateur.Weights.PyTorch;

/// <summary>A storage that a pickle refers to.</summary>
/// <param name="Key">Its name among the storages of the file.</param>
/// <param name="Type">Its elements.</param>
/// <param name="Count">How many it declares.</param>
internal sealed record StorageReference(string Key, ElementType Type, long Count)
{
    public Int128 Bytes => (Int128)Count * Type.Size();
}

/// <summary>A strided view of a storage, known to lie inside it.</summary>
internal sealed class TensorView(StorageReference storage, long offset, int[] shape, long[] strides, int count) : IEquatable<TensorView>
{
    public StorageReference Storage => storage;

    /// <summary>The dimensions, outermost first.</summary>
    public ReadOnlySpan<int> Shape => shape;

    /// <summary>The number of elements.</summary>
    public int Count => count;

    /// <summary>Converts the elements, in row-major order, from the bytes of the storage.</summary>
    /// <returns>The index of the first element that float32 cannot hold, or -1.</returns>
    public int Gather(ReadOnlySpan<byte> bytes, Span<float> target)
    {
        var size = storage.Type.Size();
        if (count == 0) return -1;
        if (IsContiguous()) return ElementConverter.ToSingle(storage.Type, bytes.Slice((int)offset * size, count * size), target);
        var index = new int[shape.Length];
        var position = offset;
        for (var i = 0; i < count; i++)
        {
            if (ElementConverter.ToSingle(storage.Type, bytes.Slice((int)position * size, size), target.Slice(i, 1)) >= 0) return i;
            for (var d = shape.Length - 1; d >= 0; d--)
            {
                position += strides[d];
                if (++index[d] < shape[d]) break;
                position -= strides[d] * shape[d];
                index[d] = 0;
            }
        }
        return -1;
    }

    public bool Equals(TensorView? other) =>
        other is not null && storage == other.Storage && offset == other.Offset
        && shape.AsSpan().SequenceEqual(other.Shape) && strides.AsSpan().SequenceEqual(other.Strides);

    public override bool Equals(object? obj) => Equals(obj as TensorView);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(storage);
        hash.Add(offset);
        foreach (var dimension in shape) hash.Add(dimension);
        foreach (var stride in strides) hash.Add(stride);
        return hash.ToHashCode();
    }

    private long Offset => offset;

    private ReadOnlySpan<long> Strides => strides;

    private bool IsContiguous()
    {
        var expected = 1L;
        for (var d = shape.Length - 1; d >= 0; d--)
        {
            if (shape[d] != 1 && strides[d] != expected) return false;
            expected *= shape[d];
        }
        return true;
    }
}
