namespace Secateur.Training.Loss;

/// <summary>
/// The largest of many keys without sorting them: those above a threshold, and the first few that equal it. The same choice as a stable
/// descending sort makes.
/// </summary>
internal static class LargestSelection
{
    private const int DigitBits = 11;
    private const int Digits = 1 << DigitBits;

    /// <summary>Adds the positions of the <paramref name="count"/> largest keys, ascending.</summary>
    /// <param name="keys">At least <paramref name="count"/> keys.</param>
    /// <param name="count">How many to choose.</param>
    /// <param name="chosen">Gets the positions.</param>
    public static void Select(ReadOnlySpan<uint> keys, int count, List<int> chosen)
    {
        if (count == 0) return;
        var (threshold, ties) = Find(keys, count);
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] > threshold || (keys[i] == threshold && ties-- > 0)) chosen.Add(i);
        }
    }

    /// <summary>
    /// The least key that is chosen, and how many of those that equal it. Found digit by digit, the highest first: counts the keys that agree so
    /// far by their next digit.
    /// </summary>
    private static (uint Threshold, int Ties) Find(ReadOnlySpan<uint> keys, int count)
    {
        Span<int> histogram = stackalloc int[Digits];
        uint known = 0, prefix = 0;
        foreach (var shift in (ReadOnlySpan<int>)[32 - DigitBits, 32 - (2 * DigitBits), 0])
        {
            var digitMask = ~known >> shift << shift;
            histogram.Clear();
            foreach (var key in keys)
            {
                if ((key & known) == prefix) histogram[(int)((key & digitMask) >> shift)]++;
            }

            var digit = Digits - 1;
            for (; histogram[digit] < count; digit--) count -= histogram[digit];
            known |= digitMask;
            prefix |= (uint)digit << shift;
        }

        return (prefix, count);
    }
}
