namespace Secateur.Kernels;

/// <summary>
/// Arrays made of a rule. Queries over numbers would do the same, but no code for them is compiled ahead of time: at start they would have to be
/// compiled first.
/// </summary>
internal static class Arrays
{
    /// <summary>The values of a rule for 0, 1, ... <paramref name="count"/> - 1.</summary>
    public static T[] Of<T>(int count, Func<int, T> rule)
    {
        var values = new T[count];
        for (var i = 0; i < count; i++) values[i] = rule(i);
        return values;
    }
}
