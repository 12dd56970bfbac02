using System.Globalization;

namespace Secateur.Cli.Output;

/// <summary>Figures for people: the same form everywhere.</summary>
internal static class Figures
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double share) => share.ToString("P2", CultureInfo.InvariantCulture);

    public static string Milliseconds(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    public static string Giga(double value) => (value / 1e9).ToString("F4", CultureInfo.InvariantCulture);

    public static string Precision(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "-";

    public static string Exponent(double value) => value.ToString("0.0e+0", CultureInfo.InvariantCulture);
}
