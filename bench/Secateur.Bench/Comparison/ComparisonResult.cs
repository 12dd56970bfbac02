using System.Text.Json.Serialization;
using Secateur.Bench.Inference;
using Secateur.Bench.Machine;
using Secateur.Bench.Statistics;
using Secateur.Pixels;

namespace Secateur.Bench.Comparison;

/// <summary>Everything that a comparison measured: what is kept under <c>bench/results</c>.</summary>
/// <param name="Format">Always <see cref="CurrentFormat"/>.</param>
/// <param name="Machine">Where.</param>
/// <param name="Effort">How often.</param>
/// <param name="Peaks">The highest rate of multiply-adds.</param>
/// <param name="Bandwidths">Of one thread.</param>
/// <param name="OnnxRuntime">Its version, or why there is none.</param>
/// <param name="Groups">What was measured side by side.</param>
/// <param name="Profiles">Where the time goes.</param>
internal sealed record ComparisonResult(
    [property: JsonRequired] string Format,
    [property: JsonRequired] MachineDescription Machine,
    [property: JsonRequired] Effort Effort,
    [property: JsonRequired] PeakRate[] Peaks,
    [property: JsonRequired] Bandwidth[] Bandwidths,
    [property: JsonRequired] string OnnxRuntime,
    [property: JsonRequired] ComparedGroup[] Groups,
    [property: JsonRequired] Profile[] Profiles)
{
    public const string CurrentFormat = "secateur-comparison-1";

    /// <summary>10^9 multiply-adds a second of so many threads.</summary>
    public double PeakOf(int threads) => Peaks.Single(p => p.Threads == threads).Rate;

    /// <summary>The groups in which a rate was varied, at the first size and the first number of threads.</summary>
    public ComparedGroup[] VariedGroups() => [.. Groups.Where(g => g.Threads == Groups[0].Threads && g.Models.Any(m => m.IsVaried)).DistinctBy(g => g.Name)];
}

/// <summary>How often everything was measured.</summary>
/// <param name="Rounds">In each, all take one turn.</param>
/// <param name="Runs">The least runs of a turn.</param>
/// <param name="TurnMs">The least time of a turn.</param>
internal sealed record Effort(int Rounds, int Runs, double TurnMs);

/// <summary>The highest rate that the machine has.</summary>
/// <param name="Threads">All at once.</param>
/// <param name="Rate">10^9 multiply-adds a second, together.</param>
internal sealed record PeakRate(int Threads, double Rate);

/// <summary>Models that were made from one file, and ONNX Runtime with that file's network, in turns.</summary>
/// <param name="Name">The file's.</param>
/// <param name="Architecture">The network's.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns.</param>
/// <param name="Threads">Threads of each.</param>
/// <param name="Peer">ONNX Runtime; null where it was not measured.</param>
/// <param name="Models">Ours.</param>
internal sealed record ComparedGroup(string Name, string Architecture, int Height, int Width, int Threads, PeerTime? Peer, ModelTime[] Models)
{
    /// <summary>The size of the input.</summary>
    [JsonIgnore]
    public ImageSize Size => new(Height, Width);
}

/// <summary>ONNX Runtime.</summary>
/// <param name="Ms">Of the rounds' medians.</param>
/// <param name="PeakBytes">What the process had at most beyond what it had before it loaded the model: weights, feature maps, and its own.</param>
internal sealed record PeerTime(Spread Ms, long PeakBytes);

/// <summary>One of our models.</summary>
/// <param name="Form">What was done to it.</param>
/// <param name="Rate">The rate of pruning in one shot; null when the file came pruned.</param>
/// <param name="Parameters">Learnable ones.</param>
/// <param name="FileBytes">The safetensors file.</param>
/// <param name="MultiplyAdds">Of the convolutions that run, by their definition, for one image.</param>
/// <param name="Ms">Of the rounds' medians.</param>
/// <param name="Ratio">Time relative to ONNX Runtime's in the same round; null without it.</param>
/// <param name="WorkspaceBytes">Feature maps.</param>
/// <param name="WeightBytes">Weights as they run.</param>
internal sealed record ModelTime(
    SubjectForm Form, double? Rate, int Parameters, long FileBytes, long MultiplyAdds, Spread Ms, Spread? Ratio, long WorkspaceBytes, long WeightBytes)
{
    /// <summary>10^9 multiply-adds a second.</summary>
    [JsonIgnore]
    public double GigaRate => MultiplyAdds / Ms.Median / 1e6;

    /// <summary>Whether it was pruned in one shot, at one of several rates, and compacted.</summary>
    [JsonIgnore]
    public bool IsVaried => Form == SubjectForm.Compacted && Rate is not null;

    /// <summary>Feature maps and weights.</summary>
    [JsonIgnore]
    public long MemoryBytes => WorkspaceBytes + WeightBytes;
}

/// <summary>The steps of a model's plan, on one thread.</summary>
/// <param name="Name">The file's.</param>
/// <param name="Form">What was done to it.</param>
/// <param name="Rate">The rate of pruning in one shot; null when the file came pruned.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns.</param>
/// <param name="Steps">In order.</param>
internal sealed record Profile(string Name, SubjectForm Form, double? Rate, int Height, int Width, StepTime[] Steps);
