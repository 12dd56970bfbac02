namespace Secateur.Reference;

/// <summary>The gradients of sum[map[c]] += factor x[c].</summary>
public static class MergeGradient
{
    /// <summary>dx[c] = factor dsum[map[c]].</summary>
    /// <param name="sumGradient">dsum, [C, H, W].</param>
    /// <param name="operand">For the shape of x, [c, H, W].</param>
    /// <param name="channels">For each channel of the operand the channel of the sum; empty for all in order.</param>
    /// <param name="factor">What the operand is multiplied by.</param>
    public static Volume Operand(Volume sumGradient, Volume operand, ReadOnlySpan<int> channels, double factor)
    {
        var result = operand.ZerosLike();
        for (var c = 0; c < operand.Channels; c++)
        {
            var dx = result.Plane(c);
            var dsum = sumGradient.Plane(channels.IsEmpty ? c : channels[c]);
            for (var p = 0; p < dx.Length; p++) dx[p] = factor * dsum[p];
        }

        return result;
    }

    /// <summary>dfactor = sum over c, y, x of x[c] dsum[map[c]].</summary>
    /// <param name="sumGradient">dsum, [C, H, W].</param>
    /// <param name="operand">x, [c, H, W].</param>
    /// <param name="channels">For each channel of the operand the channel of the sum; empty for all in order.</param>
    public static double Factor(Volume sumGradient, Volume operand, ReadOnlySpan<int> channels)
    {
        var sum = 0.0;
        for (var c = 0; c < operand.Channels; c++)
        {
            var x = operand.Plane(c);
            var dsum = sumGradient.Plane(channels.IsEmpty ? c : channels[c]);
            for (var p = 0; p < x.Length; p++) sum += x[p] * dsum[p];
        }

        return sum;
    }
}
