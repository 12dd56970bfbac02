namespace Secateur.Reference;

/// <summary>The definition of a product: each value times that of the same place, or each channel times one pixel.</summary>
public static class ProductReference
{
    /// <param name="input">[C, H, W].</param>
    /// <param name="factor">[C, H, W] or [C, 1, 1].</param>
    /// <returns>[C, H, W].</returns>
    public static Volume Run(Volume input, Volume factor)
    {
        var result = input.ZerosLike();
        var places = factor.Data.Length == input.Data.Length ? 1 : input.Height * input.Width;
        for (var p = 0; p < result.Data.Length; p++) result.Data[p] = input.Data[p] * factor.Data[p / places];
        return result;
    }
}
