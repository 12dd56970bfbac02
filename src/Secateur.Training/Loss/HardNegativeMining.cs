namespace Secateur.Training.Loss;

/// <summary>
/// Chooses the negatives of an image that enter the loss: three times as many as there are positives, those with the largest loss (SSD, ECCV
/// 2016, section 2.2).
/// </summary>
internal sealed class HardNegativeMining(int anchors)
{
    /// <summary>How many negatives a positive brings.</summary>
    internal const int NegativesPerPositive = 3;

    private const uint SignBit = 0x8000_0000;

    private readonly uint[] _keys = new uint[anchors];
    private readonly List<int> _chosen = [];

    /// <summary>The chosen negatives, ascending; of equal losses the first ones. Valid until the next call.</summary>
    /// <param name="scores">Background and face logits, [A, 2].</param>
    /// <param name="isPositive">The anchors that learn a face, [A].</param>
    /// <param name="positives">How many they are.</param>
    public IReadOnlyList<int> Select(ReadOnlySpan<float> scores, ReadOnlySpan<bool> isPositive, int positives)
    {
        _chosen.Clear();
        var count = (int)Math.Min((long)NegativesPerPositive * positives, _keys.Length - positives);
        if (count == 0) return _chosen;
        for (var a = 0; a < _keys.Length; a++) _keys[a] = isPositive[a] ? 0 : OrderKey(scores[(2 * a) + 1] - scores[2 * a]);
        LargestSelection.Select(_keys, count, _chosen);
        return _chosen;
    }

    /// <summary>
    /// A key above 0 that rises with a negative's loss, log(1 + exp(margin)), which rises with its margin. What is no number comes first, so that
    /// the loss shows it.
    /// </summary>
    private static uint OrderKey(float margin)
    {
        if (float.IsNaN(margin)) return uint.MaxValue;

        // Adding zero makes -0 and 0 equal.
        var bits = BitConverter.SingleToUInt32Bits(margin + 0f);
        return (bits & SignBit) == 0 ? bits | SignBit : ~bits;
    }
}
