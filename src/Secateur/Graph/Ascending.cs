namespace Secateur.Graph;

/// <summary>Lists of channel numbers.</summary>
internal static class Ascending
{
    /// <summary>Whether every number is greater than the one before it.</summary>
    public static bool Is(ReadOnlySpan<int> numbers)
    {
        for (var i = 1; i < numbers.Length; i++)
        {
            if (numbers[i] <= numbers[i - 1]) return false;
        }

        return true;
    }
}
