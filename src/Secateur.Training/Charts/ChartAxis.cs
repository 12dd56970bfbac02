using System.Collections.Immutable;
using System.Globalization;

namespace Secateur.Training.Charts;

/// <summary>Maps values to pixels and finds round ticks: steps of 1, 2 or 5 times a power of ten.</summary>
internal sealed class ChartAxis
{
    private readonly double _low;
    private readonly double _high;
    private readonly double _from;
    private readonly double _to;
    private readonly int _decimals;

    /// <param name="low">The least value to show.</param>
    /// <param name="high">The greatest; may be the same.</param>
    /// <param name="ticks">About how many ticks.</param>
    /// <param name="from">The pixel of the axis' beginning.</param>
    /// <param name="to">The pixel of its end.</param>
    /// <param name="leastStep">Ticks are no closer.</param>
    public ChartAxis(double low, double high, int ticks, double from, double to, double leastStep = 0)
    {
        // A flat line gets room around it, so that it lies in the middle.
        if (high <= low) (low, high) = (low - Math.Max(Math.Abs(low), 1e-3) / 2, low + Math.Max(Math.Abs(low), 1e-3) / 2);
        var rough = (high - low) / ticks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = (rough / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
        step = Math.Max(step, leastStep);
        var (first, last) = (Math.Floor(low / step), Math.Ceiling(high / step));
        (_low, _high, _from, _to) = (first * step, last * step, from, to);
        _decimals = Math.Max(0, (int)-Math.Floor(Math.Log10(step) + 1e-9));
        Ticks = [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    public ImmutableArray<double> Ticks { get; }

    public double Place(double value) => _from + ((value - _low) / (_high - _low) * (_to - _from));

    /// <summary>A tick as short as its step allows; very small and very large ones with an exponent.</summary>
    public string Format(double tick)
    {
        const int mostDecimals = 4;
        if (_decimals > mostDecimals || Math.Abs(tick) >= 1e7) return tick == 0 ? "0" : tick.ToString("0.###e0", CultureInfo.InvariantCulture);

        // -0 would show its sign.
        return (Math.Round(tick, _decimals) + 0.0).ToString("F" + _decimals, CultureInfo.InvariantCulture);
    }
}
