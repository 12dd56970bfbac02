namespace Secateur.Weights.Files;

/// <summary>Dimensions from a file, checked so that <see cref="Kernels.Tensor"/> can hold them.</summary>
internal static class TensorShape
{
    public const int MaxRank = 64;

    /// <param name="dimensions">As the file gives them; at most <see cref="MaxRank"/>.</param>
    /// <param name="invalid">Makes the error.</param>
    /// <param name="count">The number of elements.</param>
    public static int[] Check(IReadOnlyList<long> dimensions, Func<string, InvalidFileException> invalid, out int count)
    {
        var shape = new int[dimensions.Count];
        var product = 1L;
        var isEmpty = false;
        for (var i = 0; i < shape.Length; i++)
        {
            // An empty tensor must not hide a product of the other dimensions that overflows.
            if (dimensions[i] is < 0 or > int.MaxValue || (product *= Math.Max(dimensions[i], 1)) > int.MaxValue)
            {
                throw invalid(
                    $"a tensor of shape [{string.Join(", ", dimensions)}], expected dimensions of 0 or more and fewer than 2^31 elements");
            }
            shape[i] = (int)dimensions[i];
            isEmpty |= shape[i] == 0;
        }
        count = isEmpty ? 0 : (int)product;
        return shape;
    }
}
