namespace Secateur.Reference;

/// <summary>The gradients of y = max(x, 0) + slope min(x, 0); at x = 0 those of the lower side, as PyTorch has it.</summary>
public static class ActivationGradient
{
    /// <summary>dx = dy where x &gt; 0, slope dy elsewhere; all [C, H, W].</summary>
    public static Volume Input(Volume outputGradient, Volume input, double slope)
    {
        var result = input.ZerosLike();
        for (var p = 0; p < result.Data.Length; p++) result.Data[p] = (input.Data[p] > 0 ? 1 : slope) * outputGradient.Data[p];
        return result;
    }

    /// <summary>dslope = sum of x dy where x is not above 0.</summary>
    public static double Slope(Volume outputGradient, Volume input)
    {
        var sum = 0.0;
        for (var p = 0; p < input.Data.Length; p++) sum += Math.Min(input.Data[p], 0) * outputGradient.Data[p];
        return sum;
    }
}
