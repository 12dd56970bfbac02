using System.Buffers.Binary;
using System.Text;

namespace Secateur;

/// <summary>
/// The random numbers of the whole product: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), whose sequence, unlike that of <see cref="Random"/>, is part of
/// what a seed promises, on every machine and in every version. Not for several threads at once; not for secrets.
/// </summary>
public sealed class SeededRandom
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private const double UnitPerInteger = 1.0 / (1L << 53);

    private ulong _state;

    /// <summary>Numbers that depend on these alone: a seed, and what tells this use of it from others, such as epoch and sample.</summary>
    public SeededRandom(long seed, params ReadOnlySpan<long> more)
    {
        _state = Mix((ulong)seed + Step);
        for (var i = 0; i < more.Length; i++) _state = Mix(_state + ((ulong)more[i] * Step) + (ulong)i + 1);
    }

    /// <summary>Numbers that depend on a seed and a name, such as that of a parameter.</summary>
    public SeededRandom(long seed, string name)
        : this(seed, HashOf(name))
    {
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => Mix(_state += Step);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * UnitPerInteger;

    /// <summary>Uniform in [0, 1).</summary>
    public float NextSingle() => (NextBits() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double Uniform(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>Normal with mean 0 and variance 1 (Box and Muller, 1958).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>Uniform in 0 to <paramref name="count"/> - 1; the bias is below 2^-32 for any count.</summary>
    public int NextIndex(int count) => (int)(((NextBits() >> 32) * (ulong)count) >> 32);

    /// <summary>Uniform in <paramref name="low"/> to <paramref name="high"/> - 1.</summary>
    public int Next(int low, int high) => low + NextIndex(high - low);

    /// <summary>True half the time.</summary>
    public bool NextBool() => NextBits() >> 63 != 0;

    /// <summary>Fills a buffer with random bytes.</summary>
    public void NextBytes(Span<byte> buffer)
    {
        Span<byte> bits = stackalloc byte[sizeof(ulong)];
        for (var at = 0; at < buffer.Length; at += bits.Length)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bits, NextBits());
            bits[..Math.Min(bits.Length, buffer.Length - at)].CopyTo(buffer[at..]);
        }
    }

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

    // FNV-1a, since string.GetHashCode differs from run to run.
    private static long HashOf(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(name)) hash = (hash ^ b) * 1099511628211UL;
        return (long)hash;
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
