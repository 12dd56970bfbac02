namespace Secateur.Training.Data.Augmentation;

/// <summary>
/// The weights of one axis: target position i takes the <see cref="Taps"/> source pixels from <see cref="First"/>[i] on, weighted by those from
/// <see cref="Weights"/>[i * Taps] on. Beyond its ends the source repeats its last pixel.
/// </summary>
internal sealed class ResampleAxis
{
    private ResampleAxis(int length, int taps)
    {
        First = new int[length];
        Weights = new float[length * taps];
        Taps = taps;
    }

    public int Taps { get; }

    public int[] First { get; }

    public float[] Weights { get; }

    /// <summary>The first target position whose centre lies inside the source.</summary>
    public int Start { get; private set; }

    /// <summary>The end of those positions, exclusive.</summary>
    public int End { get; private set; }

    /// <param name="source">Pixels of the source.</param>
    /// <param name="offset">Where the target begins, in pixels of the source.</param>
    /// <param name="step">Pixels of the source a pixel of the target.</param>
    /// <param name="target">Pixels of the target.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="mirrored">Whether the target runs backwards.</param>
    public static ResampleAxis Create(int source, double offset, double step, int target, ResampleFilter filter, bool mirrored)
    {
        var reach = filter.Reach(step);
        var span = filter == ResampleFilter.Nearest ? 1 : (int)Math.Ceiling(2 * reach);
        var axis = new ResampleAxis(target, Math.Min(span, source)) { Start = target, End = 0 };
        var values = new double[span];
        for (var i = 0; i < target; i++)
        {
            var center = offset + ((i + 0.5) * step);
            if (center < 0 || center >= source) continue;
            var place = mirrored ? target - 1 - i : i;
            axis.Start = Math.Min(axis.Start, place);
            axis.End = Math.Max(axis.End, place + 1);
            var from = filter == ResampleFilter.Nearest ? (int)center : (int)Math.Ceiling(center - 0.5 - reach);
            var sum = 0.0;
            for (var t = 0; t < span; t++) sum += values[t] = filter.Weight(from + t + 0.5 - center, step);
            axis.Set(place, source, from, values, sum);
        }

        return axis;
    }

    private void Set(int place, int source, int from, double[] values, double sum)
    {
        var first = Math.Clamp(from, 0, source - Taps);
        First[place] = first;
        var weights = Weights.AsSpan(place * Taps, Taps);
        for (var t = 0; t < values.Length; t++) weights[Math.Clamp(from + t, 0, source - 1) - first] += (float)(values[t] / sum);
    }
}
