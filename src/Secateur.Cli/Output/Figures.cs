using System.Globalization;
using Secateur.Training.Runs;

namespace Secateur.Cli.Output;

/// <summary>Figures for people: the same form everywhere.</summary>
internal static class Figures
{
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double share) => share.ToString("P2", CultureInfo.InvariantCulture);

    public static string Milliseconds(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    public static string Giga(double value) => (value / 1e9).ToString("F4", CultureInfo.InvariantCulture);

    public static string Precision(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>How much more, with its sign.</summary>
    public static string Difference(double? value, double? than) => (value - than)?.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture) ?? "-";

    public static string Loss(double value) => value.ToString("F3", CultureInfo.InvariantCulture);

    /// <summary>The mean losses of an epoch's steps.</summary>
    public static string Losses(EpochMetrics epoch) => Losses(epoch.LossL, epoch.LossC, epoch.DistillationLoss);

    /// <summary>The mean losses of an epoch's steps so far.</summary>
    public static string Losses(TrainingProgress epoch) => Losses(epoch.LossL, epoch.LossC, epoch.DistillationLoss);

    /// <summary>A loss that is a share of something, and small where all is well.</summary>
    public static string Share(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    public static string Rate(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>A time in its two largest units, e.g. <c>2 d 6 h</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => $"{Count((long)time.TotalDays)} d {time.Hours} h",
        { TotalHours: >= 1 } => $"{time.Hours} h {time.Minutes} min",
        { TotalMinutes: >= 1 } => $"{time.Minutes} min {time.Seconds} s",
        _ => $"{time.Seconds} s",
    };

    private static string Losses(double? location, double? confidence, double? distillation) =>
        distillation is { } share ? $"distillation loss {Share(share)}" : $"loss {Loss(location!.Value)} + {Loss(confidence!.Value)}";

    public static string Exponent(double value) => value.ToString("0.0e+0", CultureInfo.InvariantCulture);
}
