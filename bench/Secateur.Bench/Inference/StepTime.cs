using System.Text.Json.Serialization;

namespace Secateur.Bench.Inference;

/// <summary>What a step of an inference plan took.</summary>
/// <param name="Name">The node whose result it computes.</param>
/// <param name="Kind">The step's type.</param>
/// <param name="MultiplyAdds">Of its definition.</param>
/// <param name="Bytes">Of the maps that it reads or writes, every map once.</param>
/// <param name="Ms">Median milliseconds.</param>
/// <param name="LeastMs">Of the fastest run: what other work on the machine hardly changes.</param>
internal sealed record StepTime(string Name, string Kind, long MultiplyAdds, long Bytes, double Ms, double LeastMs)
{
    /// <summary>10^9 multiply-adds a second.</summary>
    [JsonIgnore]
    public double Rate => MultiplyAdds / Ms / 1e6;

    /// <summary>Multiply-adds for each byte.</summary>
    [JsonIgnore]
    public double Intensity => (double)MultiplyAdds / Bytes;
}
