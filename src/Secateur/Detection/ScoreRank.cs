namespace Secateur.Detection;

/// <summary>Keys that sort as scores do, the best first, equal ones by a number.</summary>
internal static class ScoreRank
{
    /// <summary>The key of a score and a number.</summary>
    public static long Key(float score, int number) => ((long)~Ordered(BitConverter.SingleToInt32Bits(score)) << 32) | (uint)number;

    /// <summary>The score of a key.</summary>
    public static float Score(long key) => BitConverter.Int32BitsToSingle(Ordered(~(int)(key >> 32)));

    // The bits of positive numbers are in their order, those of negative ones in the reverse; its own inverse.
    private static int Ordered(int bits) => bits < 0 ? bits ^ int.MaxValue : bits;
}
