namespace Secateur.Kernels.Merge;

/// <summary>The definition of a weighted sum of operands that may lack channels.</summary>
public static class MergeReference
{
    /// <summary>sum[map[c]] += factor * x[c].</summary>
    /// <param name="sum">[C, H, W], changed.</param>
    /// <param name="operand">[c, H, W].</param>
    /// <param name="channels">For each channel of the operand the channel of the sum; empty for all in order.</param>
    /// <param name="factor">What the operand is multiplied by.</param>
    public static void Accumulate(Volume sum, Volume operand, ReadOnlySpan<int> channels, double factor)
    {
        for (var c = 0; c < operand.Channels; c++)
        {
            var target = channels.IsEmpty ? c : channels[c];
            for (var y = 0; y < sum.Height; y++)
            {
                for (var x = 0; x < sum.Width; x++) sum[target, y, x] += factor * operand[c, y, x];
            }
        }
    }
}
