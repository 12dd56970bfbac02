namespace Secateur.Bench.Figures;

/// <summary>A logarithmic axis from one power of ten to another.</summary>
internal sealed class LogAxis
{
    private readonly int _first;
    private readonly int _last;
    private readonly double _from;
    private readonly double _to;

    /// <param name="low">The least value to show, above 0.</param>
    /// <param name="high">The greatest.</param>
    /// <param name="from">The pixel of the axis' beginning.</param>
    /// <param name="to">The pixel of its end.</param>
    public LogAxis(double low, double high, double from, double to)
    {
        _first = (int)Math.Floor(Math.Log10(low));
        _last = Math.Max(_first + 1, (int)Math.Ceiling(Math.Log10(high)));
        (_from, _to) = (from, to);
    }

    /// <summary>The powers of ten.</summary>
    public IEnumerable<double> Ticks => Enumerable.Range(_first, _last - _first + 1).Select(power => Math.Pow(10, power));

    /// <summary>The least value on the axis.</summary>
    public double Low => Math.Pow(10, _first);

    /// <summary>The greatest.</summary>
    public double High => Math.Pow(10, _last);

    public double Place(double value) => _from + ((Math.Log10(value) - _first) / (_last - _first) * (_to - _from));
}
