namespace Secateur.Reference;

/// <summary>The gradients of y = max(x, 0) + slope min(x, 0); at x = 0 those of the lower side, as PyTorch has it.</summary>
public static class ActivationGradient
{
    /// <summary>dx = dy where x &gt; 0, slope dy elsewhere; all [C, H, W].</summary>
    /// <param name="outputGradient">dy.</param>
    /// <param name="input">x.</param>
    /// <param name="slopes">One, or one a channel.</param>
    public static Volume Input(Volume outputGradient, Volume input, params double[] slopes) =>
        Input(outputGradient, input, (x, c) => x > 0 ? 1 : ActivationReference.SlopeOf(slopes, c));

    /// <summary>dx = dy times the derivative at x, which may depend on the channel; all [C, H, W].</summary>
    public static Volume Input(Volume outputGradient, Volume input, Func<double, int, double> derivative)
    {
        var result = input.Map(derivative);
        for (var p = 0; p < result.Data.Length; p++) result.Data[p] *= outputGradient.Data[p];
        return result;
    }

    /// <summary>Adds dslope = sum of x dy where x is not above 0, over all channels or each.</summary>
    public static void AddSlopes(Volume outputGradient, Volume input, double[] slopes)
    {
        var area = input.Height * input.Width;
        for (var p = 0; p < input.Data.Length; p++) slopes[slopes.Length == 1 ? 0 : p / area] += Math.Min(input.Data[p], 0) * outputGradient.Data[p];
    }
}
