using Secateur.Gpu.Kernels;
using Secateur.Training;

namespace Secateur.Gpu.Engine.Launching;

/// <summary>
/// What lies in the device's one buffer of floats, in order: constants, parameters, their gradients, running statistics, weights as kernels read
/// them and results, then what the plan places.
/// </summary>
internal sealed class MemoryLayout
{
    /// <summary>A slope that changes nothing.</summary>
    public const long One = 0;

    /// <summary>The slope of a ReLU.</summary>
    public const long Zero = 1;

    /// <summary>A norm that changes nothing.</summary>
    public const long IdentityNorm = 2;

    /// <summary>The factors of a plain sum.</summary>
    public const long PlainFactors = IdentityNorm + NormNumbers.Count;

    // Quads are read as one.
    private const int Alignment = 16;

    public MemoryLayout(ParameterVector parameters, IReadOnlyDictionary<string, float[]> statistics)
    {
        Length = Constants.Length;
        Parameters = Allocate(parameters.Values.Length);
        Gradients = Allocate(parameters.Values.Length);
        StatisticsLength = statistics.Values.Sum(v => v.Length);
        StatisticsStart = Allocate(StatisticsLength);
        var at = StatisticsStart;
        foreach (var (name, values) in statistics)
        {
            Statistics.Add(name, at);
            at += values.Length;
        }
    }

    /// <summary>What the buffer begins with.</summary>
    public static ReadOnlySpan<float> Constants => [1, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0];

    /// <summary>Where the parameters are.</summary>
    public long Parameters { get; }

    /// <summary>Where their gradients are.</summary>
    public long Gradients { get; }

    /// <summary>Where all running statistics are, one after another.</summary>
    public long StatisticsStart { get; }

    /// <summary>How many they are.</summary>
    public int StatisticsLength { get; }

    /// <summary>Where each running mean or variance is.</summary>
    public Dictionary<string, long> Statistics { get; } = [];

    /// <summary>Floats so far: where the plan's buffers begin, once nothing more is allocated.</summary>
    public long Length { get; private set; }

    /// <summary>Room for so many floats.</summary>
    public long Allocate(long floats)
    {
        var at = Length;
        Length += (floats + Alignment - 1) / Alignment * Alignment;
        return at;
    }
}
