namespace Secateur.Execution;

/// <summary>One kernel call of a static plan: what passes from step to step is in the workspace's memory.</summary>
internal abstract unsafe class PlanStep(string name)
{
    // Ranges start on multiples of this, so that all but the last are whole vectors.
    private const int Granule = 64;

    /// <summary>The node whose result it computes.</summary>
    public string Name { get; } = name;

    /// <summary>Multiply-adds of the operation's definition, over all parts; 0 for what is no convolution.</summary>
    public virtual long MultiplyAdds => 0;

    /// <summary>Floats of scratch memory that each part needs, a multiple of a cache line.</summary>
    public virtual long ScratchFloats => 0;

    /// <summary>Computes one of <paramref name="parts"/> parts; parts may run at the same time.</summary>
    public abstract void Run(float* memory, int part, int parts);

    /// <summary>The share of <paramref name="count"/> positions that falls to a part.</summary>
    protected static (int Start, int End) Share(int count, int part, int parts)
    {
        var granules = (count + Granule - 1) / Granule;
        return (Bound(part), Bound(part + 1));

        int Bound(int p) => Math.Min(count, (int)((long)granules * p / parts) * Granule);
    }

    /// <summary>The share of <paramref name="count"/> rows or planes that falls to a part.</summary>
    protected static (int Start, int End) ShareWhole(int count, int part, int parts) =>
        ((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts));
}
