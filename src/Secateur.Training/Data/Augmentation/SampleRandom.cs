namespace Secateur.Training.Data.Augmentation;

/// <summary>
/// The random numbers of one sample, which depend on (seed, epoch, sample) alone: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), whose sequence,
/// unlike that of <see cref="Random"/>, is part of what a seed promises.
/// </summary>
internal sealed class SampleRandom
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state;

    public SampleRandom(long seed, long epoch, long sample) =>
        _state = Mix(Mix(Mix((ulong)seed + Step) + ((ulong)epoch * Step) + 1) + ((ulong)sample * Step) + 2);

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => Mix(_state += Step);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1L << 53));

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double Uniform(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>Uniform in 0 to <paramref name="count"/> - 1; the bias is below 2^-32 for any count.</summary>
    public int NextIndex(int count) => (int)(((NextBits() >> 32) * (ulong)count) >> 32);

    /// <summary>True half the time.</summary>
    public bool NextBool() => NextBits() >> 63 != 0;

    /// <summary>A random order of 0 to <paramref name="count"/> - 1 (Fisher and Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            var j = NextIndex(i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
