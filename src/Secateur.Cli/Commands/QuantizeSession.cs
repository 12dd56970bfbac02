using System.Collections.Immutable;
using System.Globalization;
using Secateur.Cli.Output;
using Secateur.Pixels;
using Secateur.Quantization;
using Secateur.Weights;

namespace Secateur.Cli.Commands;

/// <summary>Finds how much of a model may run in integers, and tells what came of it.</summary>
/// <param name="model">The model of floats.</param>
/// <param name="quantizer">What knows its maps.</param>
/// <param name="floats">The layers that stay in floats; those that must are added.</param>
internal sealed class QuantizeSession(Model model, Quantizer quantizer, HashSet<string> floats)
{
    private const int ShownLayers = 10;

    private Model? _quantized;
    private IReadOnlyList<LayerSensitivity>? _sensitivity;
    private ImmutableArray<PrecisionFigure> _before = [];
    private ImmutableArray<PrecisionFigure> _after = [];

    /// <summary>What precision is measured on; null for nothing.</summary>
    public required PrecisionCheck? Precision { get; init; }

    /// <summary>How much of it may be lost.</summary>
    public required double MaxLoss { get; init; }

    /// <summary>The quantized model.</summary>
    public Model Quantized => _quantized ?? model;

    private double Loss => _before.Zip(_after, (before, after) => (before.Ap ?? 0) - (after.Ap ?? 0)).Append(0).Max();

    /// <summary>Ranks the layers.</summary>
    public void MeasureSensitivity(CancellationToken cancellation) =>
        _sensitivity ??= ProgressBar.Run("measuring layers", progress => quantizer.MeasureSensitivity(progress: progress, cancellation: cancellation));

    /// <summary>Quantizes; where too much is lost, twice as many of the most sensitive layers are left in floats each time.</summary>
    /// <exception cref="InvalidOperationException">Too much is lost, whatever stays in floats.</exception>
    public void Run(CancellationToken cancellation)
    {
        _quantized = quantizer.Quantize(floats);
        if (Precision is null) return;
        _before = Precision.Measure("floats", model, cancellation);
        _after = Precision.Measure("integers", Quantized, cancellation);
        for (var more = 1; Loss > MaxLoss; more *= 2)
        {
            MeasureSensitivity(cancellation);
            var open = _sensitivity!.Select(s => s.Layer).Where(layer => !floats.Contains(layer)).ToList();
            if (open.Count <= more)
                throw new InvalidOperationException($"nothing was written: {Number(Loss)} of average precision is lost, more than --max-loss {Number(MaxLoss)}, with {open.Count} layers in integers");
            floats.UnionWith(open.Take(more));
            _quantized = quantizer.Quantize(floats);
            _after = Precision.Measure($"with {floats.Count} layers in floats", Quantized, cancellation);
        }
    }

    /// <summary>What was done, for the model's provenance.</summary>
    public string Describe(int pictures)
    {
        var left = floats.Count == 0 ? "" : $", {floats.Count} layers in floats";
        var measured = _after.IsEmpty ? "" : $"; AP on {Precision!.Images} images: {string.Join(", ", _before.Zip(_after, (b, a) => $"{b.Name} {Figures.Precision(b.Ap)} to {Figures.Precision(a.Ap)}"))}";
        return $"quantized to 8 bits, calibrated on {pictures} pictures{left}{measured}";
    }

    /// <summary>Prints what came of it.</summary>
    public void Print(string target, int pictures, ImageSize imgsz, (long Before, long After) bytes, (double Before, double After) milliseconds, bool json)
    {
        var layers = quantizer.Layers.Count;
        if (json)
        {
            Report.Json(new
            {
                output = target,
                pictures,
                layers = new { integers = layers - floats.Count, floats = floats.Order(StringComparer.Ordinal) },
                bytes = new { before = bytes.Before, after = bytes.After },
                imgsz = new[] { imgsz.Height, imgsz.Width },
                milliseconds = new { before = milliseconds.Before, after = milliseconds.After },
                precision = Precision is null ? null : new { Precision.Images, before = _before.ToDictionary(f => f.Name, f => f.Ap), after = _after.ToDictionary(f => f.Name, f => f.Ap) },
                sensitivity = _sensitivity,
            });
            return;
        }

        var rows = new List<IReadOnlyList<string>>
        {
            Row("bytes", Figures.Count(bytes.Before), Figures.Count(bytes.After), Ratio(bytes.Before, bytes.After)),
            Row($"milliseconds, {imgsz}, 1 thread", Figures.Milliseconds(milliseconds.Before), Figures.Milliseconds(milliseconds.After), Ratio(milliseconds.Before, milliseconds.After)),
        };
        rows.AddRange(_before.Zip(_after, (b, a) => Row($"AP, {b.Name}", Figures.Precision(b.Ap), Figures.Precision(a.Ap), Figures.Difference(a.Ap, b.Ap))));
        Report.Table(["", "floats", "integers", "ratio"], rows);
        if (_sensitivity is not null)
        {
            Report.Line();
            Report.Table(["layer, the most sensitive first", "error"], [.. _sensitivity.Take(ShownLayers).Select(s => (IReadOnlyList<string>)[s.Layer, Figures.Exponent(s.Error)])]);
        }

        Report.Line();
        Report.Line($"{target}: {layers - floats.Count} of {layers} layers in integers{(floats.Count == 0 ? "" : $"; in floats: {string.Join(", ", floats.Order(StringComparer.Ordinal))}")}");
        if (Precision is null) Report.Line("Its precision was not measured: --data does, or secateur evaluate.");

        static string[] Row(string name, string before, string after, string ratio) => [name, before, after, ratio];
    }

    private static string Ratio(double before, double after) => (after / before).ToString("F3", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
