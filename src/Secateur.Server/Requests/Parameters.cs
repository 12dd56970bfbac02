using System.Globalization;
using System.Numerics;
using Microsoft.AspNetCore.Http;
using Secateur.Detection;
using Secateur.Server.Problems;
using Secateur.Server.Work;

namespace Secateur.Server.Requests;

/// <summary>The parameters of a detection, as texts until they are read.</summary>
internal sealed class Parameters
{
    public const string ModelName = "model";
    public const string Confidence = "conf";
    public const string Iou = "iou";
    public const string MaxDetections = "maxDet";
    public const string Protocol = "protocol";
    public const string Single = "single";
    public const string MultiScale = "multi-scale";
    public const int MostDetections = 10_000;

    private readonly Dictionary<string, string> _values = [];

    /// <summary>All there are.</summary>
    public static IReadOnlyList<string> Names { get; } = [ModelName, Confidence, Iou, MaxDetections, Protocol];

    /// <summary>The model's name; null where none was given.</summary>
    public string? Model => _values.GetValueOrDefault(ModelName);

    /// <summary>Adds one.</summary>
    /// <exception cref="RequestException">There is no such parameter, or it is there already.</exception>
    public void Add(string name, string value)
    {
        if (!Names.Contains(name)) throw Bad($"there is a parameter that is none of {string.Join(", ", Names)}");
        if (!_values.TryAdd(name, value)) throw Bad($"{name} is given twice");
    }

    /// <summary>Reads how to look for faces.</summary>
    /// <exception cref="RequestException">A value is out of its range.</exception>
    public DetectQuery ReadQuery()
    {
        var defaults = DetectorOptions.Default;
        var options = new DetectorOptions
        {
            Confidence = Number(Confidence, defaults.Confidence, p => p is >= 0 and < 1, "a number from 0 to below 1"),
            Iou = Number(Iou, defaults.Iou, p => p is > 0 and <= 1, "a number above 0, up to 1"),
            MaxDetections = Number(MaxDetections, defaults.MaxDetections, n => n is >= 1 and <= MostDetections, $"a whole number from 1 to {MostDetections}"),
        };
        return new DetectQuery(options, _values.GetValueOrDefault(Protocol, Single) switch
        {
            Single => false,
            MultiScale => true,
            _ => throw Bad($"{Protocol} is not as expected: {Single} or {MultiScale}"),
        });
    }

    // Values are not repeated in errors: what a caller sends by mistake should not end up in a log.
    private T Number<T>(string name, T initial, Func<T, bool> holds, string expected)
        where T : struct, INumber<T>
    {
        if (!_values.TryGetValue(name, out var text)) return initial;
        return T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && holds(value) ? value : throw Bad($"{name} is not as expected: {expected}");
    }

    private static RequestException Bad(string detail) => new(StatusCodes.Status400BadRequest, "bad-parameter", detail);
}
