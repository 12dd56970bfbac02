using System.Globalization;
using Secateur.Bench.Statistics;

namespace Secateur.Bench.Comparison;

/// <summary>A comparison as Markdown.</summary>
internal static class ComparisonTables
{
    /// <summary>The whole report.</summary>
    public static string Report(ComparisonResult result) => string.Join('\n',
    [
        "# Comparison",
        "",
        .. Machine(result),
        "",
        .. Method(result.Effort),
        .. Sections(result),
        .. StepTables.Sections(result),
        "",
    ]);

    /// <summary>What the machine is and what it can do.</summary>
    public static IEnumerable<string> Machine(ComparisonResult result) =>
    [
        .. result.Machine.Lines().Select(line => $"* {line}"),
        $"* ONNX Runtime {result.OnnxRuntime}",
        $"* measured peak: {string.Join(", ", result.Peaks.Select(p => $"{Number(p.Rate, 1)} G multiply-adds/s with {Threads(p.Threads)}"))}",
        $"* measured bandwidth of one thread, reading and writing: {string.Join(", ", result.Bandwidths.Select(b => $"{Number(b.GigabytesPerSecond, 0)} GB/s in {b.Name}"))}",
    ];

    private static IEnumerable<string> Sections(ComparisonResult result) =>
        result.Groups.GroupBy(g => (g.Size, g.Threads)).SelectMany(section => (IEnumerable<string>)
        [
            "",
            $"## {section.Key.Size.Height} rows x {section.Key.Size.Width} columns, {Threads(section.Key.Threads)}",
            "",
            .. Table(result, [.. section]),
        ]);

    private static IEnumerable<string> Method(Effort effort) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"In each of {effort.Rounds} rounds every model of a file and ONNX Runtime take a turn: at least {effort.Runs} runs and {effort.TurnMs} ms,"),
        "after two that do not count. **ms** is the median over the rounds of the turns' medians, **from..to** the least and the greatest of them, **time ratio** our",
        "time over ONNX Runtime's in the same round, median and range again. Ours starts from the bytes of an image, ONNX Runtime from floats.",
        "ONNX Runtime always runs the network of the file itself: zeros that masking leaves do not change its time.",
        "",
        "**G/s** counts multiply-adds of the convolutions that run, by their definition: Winograd's need fewer. **of peak** is relative to the measured peak of as",
        "many threads. **MB** is our workspace (all feature maps and scratch memory, as the session has them) and the weights as they run; **ORT MB** is what",
        "ONNX Runtime's process had at most beyond what it had before it loaded the model, so its weights, feature maps and whatever else it takes. **kB** is the",
        "safetensors file.",
    ];

    private static IEnumerable<string> Table(ComparisonResult result, ComparedGroup[] groups)
    {
        var compared = groups.Any(g => g.Peer is not null);
        string[] header =
        [
            "file", "form", "pruned", "ms", "from..to",
            .. compared ? (string[])["ORT ms", "from..to", "time ratio", "from..to"] : [],
            "G/s", "of peak", "MB",
            .. compared ? (string[])["ORT MB", "MB ratio"] : [],
            "parameters", "kB",
        ];
        return MarkdownTable.Lines(2, header, [.. groups.SelectMany(g => g.Models.Select(m => Row(result, g, m, compared)))]);
    }

    private static string[] Row(ComparisonResult result, ComparedGroup group, ModelTime model, bool compared) =>
    [
        group.Name,
        model.Form.ToString().ToLowerInvariant(),
        Rate(model),
        Milliseconds(model.Ms.Median),
        Range(model.Ms, Milliseconds),
        .. compared ? PeerTimes(group.Peer, model.Ratio) : [],
        Number(model.GigaRate, 1),
        Percent(model.GigaRate / result.PeakOf(group.Threads)),
        Megabytes(model.MemoryBytes),
        .. compared ? PeerMemory(group.Peer, model.MemoryBytes) : [],
        Count(model.Parameters),
        Number(model.FileBytes / 1e3, 0),
    ];

    private static string[] PeerTimes(PeerTime? peer, Spread? ratio) =>
        peer is null || ratio is not { } r
            ? ["-", "-", "-", "-"]
            : [Milliseconds(peer.Ms.Median), Range(peer.Ms, Milliseconds), Number(r.Median, 2), Range(r, v => Number(v, 2))];

    private static string[] PeerMemory(PeerTime? peer, long own) => peer is null ? ["-", "-"] : [Megabytes(peer.PeakBytes), Number((double)own / peer.PeakBytes, 2)];

    /// <summary>How much was pruned: a rate, nothing, or what the file's name says.</summary>
    private static string Rate(ModelTime model) => model switch
    {
        { Form: SubjectForm.Original } => "-",
        { Rate: { } rate } => Percent(rate),
        _ => "by file",
    };

    public static string Threads(int count) => count == 1 ? "1 thread" : $"{count} threads";

    public static string Milliseconds(double ms) => Number(ms, ms < 10 ? 3 : ms < 100 ? 2 : 1);

    public static string Number(double value, int decimals) => value.ToString("F" + decimals, CultureInfo.InvariantCulture);

    public static string Count(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double part) => Number(100 * part, 0) + " %";

    private static string Range(Spread spread, Func<double, string> format) => $"{format(spread.Low)}..{format(spread.High)}";

    public static string Megabytes(long bytes) => Number(bytes / 1e6, 1);
}
