using System.Globalization;

namespace Secateur.Experiments.Results;

/// <summary>Values of the same thing with several seeds.</summary>
/// <param name="Mean">Their mean; null without values.</param>
/// <param name="Deviation">Their standard deviation (n - 1); null for fewer than two.</param>
internal readonly record struct Spread(double? Mean, double? Deviation)
{
    /// <summary>Of the values that are there.</summary>
    public static Spread Of(IEnumerable<double?> values)
    {
        var known = values.OfType<double>().ToArray();
        if (known.Length == 0) return default;
        var mean = known.Average();
        return new Spread(mean, known.Length < 2 ? null : Math.Sqrt(known.Sum(v => (v - mean) * (v - mean)) / (known.Length - 1)));
    }

    /// <summary>The mean, with the deviation where it is known.</summary>
    public string Format(string format) => Mean is not { } mean ? "-"
        : mean.ToString(format, CultureInfo.InvariantCulture) + (Deviation is { } deviation ? " ± " + deviation.ToString(format, CultureInfo.InvariantCulture) : "");
}
