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
        var places = input.Data.Length / factor.Data.Length;
        for (var p = 0; p < result.Data.Length; p++) result.Data[p] = input.Data[p] * factor.Data[p / places];
        return result;
    }

    /// <summary>The gradient by the factor: dy times the input, summed where the factor is one pixel.</summary>
    public static Volume FactorGradient(Volume outputGradient, Volume input, Volume factor)
    {
        var result = factor.ZerosLike();
        var places = input.Data.Length / factor.Data.Length;
        for (var p = 0; p < input.Data.Length; p++) result.Data[p / places] += outputGradient.Data[p] * input.Data[p];
        return result;
    }
}
